// The threads of pools: they start when there is work for them, know all sessions, and may wait for another pool.
import { keepThreads, SessionPool, sessionRecipe, traceGraph } from '@flowvae/compiler';
import { tf } from '@flowvae/tensor';
import { describe, expect, it, vi } from 'vitest';
import { compiledPath, ended } from '../processes/programs.ts';

const started = vi.hoisted(() => ({ threads: 0, ended: 0 }));

vi.mock('node:worker_threads', async (original) => {
  const module = await original<typeof import('node:worker_threads')>();
  class Worker extends module.Worker {
    constructor(...given: ConstructorParameters<typeof module.Worker>) {
      super(...given);
      started.threads++;
      this.on('exit', () => {
        started.ended++;
      });
    }
  }
  return { ...module, Worker };
});

const recipeOf = (sign: 1 | -1) =>
  sessionRecipe(
    traceGraph(({ x }) => ({ y: tf.mul(x!, sign) }), { x: [1] }),
    { threads: 1 },
  );

it('a pool starts another thread when all have work, at most so many as it may', async () => {
  const pool = new SessionPool(3);
  const [plus, minus] = [pool.add(recipeOf(1), {}), pool.add(recipeOf(-1), {})];
  const run = async (session: number, value: number) => (await pool.run(session, { x: Float32Array.of(value) })).y![0];
  expect([await run(plus, 1), await run(minus, 1), started.threads]).toEqual([1, -1, 1]);
  expect(await Promise.all([run(plus, 2), run(minus, 3)])).toEqual([2, -3]);
  expect(started.threads).toBe(2);
  const values = [1, 2, 3, 4, 5, 6, 7];
  expect(await Promise.all(values.map((value) => run(minus, value)))).toEqual(values.map((value) => -value));
  expect(started.threads).toBe(3);
  await pool.dispose();
});

/** The value of one run in a pool of its own, and the threads that started and ended for it. */
async function negated(value: number): Promise<readonly [number | undefined, number, number]> {
  const { threads, ended } = started;
  const pool = new SessionPool(1);
  const { y } = await pool.run(pool.add(recipeOf(-1), {}), { x: Float32Array.of(value) });
  await pool.dispose();
  return [y![0], started.threads - threads, started.ended - ended];
}

it('a pool that was disposed of refuses runs', async () => {
  const pool = new SessionPool(1);
  const session = pool.add(recipeOf(1), {});
  await pool.dispose();
  await expect(pool.run(session, { x: Float32Array.of(1) })).rejects.toThrow('was disposed of');
});

describe('keepThreads', () => {
  it('is off at first: a thread ends with its pool', async () => {
    expect(await negated(1)).toEqual([-1, 1, 1]);
  });

  it('hands a thread without its sessions to the next pool, and ends it when none is kept', async () => {
    await keepThreads(1);
    expect([await negated(2), await negated(3)]).toEqual([
      [-2, 1, 0],
      [-3, 0, 0],
    ]);
    const { ended } = started;
    await keepThreads(0);
    expect(started.ended).toBe(ended + 1);
  });

  it('keeps no more threads than it is told', async () => {
    await keepThreads(1);
    const { ended } = started;
    const pool = new SessionPool(2);
    const session = pool.add(recipeOf(1), {});
    await Promise.all([1, 2].map((value) => pool.run(session, { x: Float32Array.of(value) })));
    await pool.dispose();
    expect(started.ended).toBe(ended + 1);
    await keepThreads(0);
  });

  it('keeps no thread with unfinished work, and none that failed', async () => {
    await keepThreads(1);
    const busy = new SessionPool(1);
    const unfinished = busy.run(busy.add(recipeOf(1), {}), { x: Float32Array.of(1) });
    const failure = expect(unfinished).rejects.toThrow('a thread ended with code');
    await busy.dispose();
    await failure;
    const failing = new SessionPool(1);
    const recipe = { ...recipeOf(1), runtime: 'data:text/javascript,process.exit(3)' };
    await expect(failing.run(failing.add(recipe, {}), { x: Float32Array.of(1) })).rejects.toThrow('code 3');
    await failing.dispose();
    expect(await negated(4)).toEqual([-4, 1, 0]);
    await keepThreads(0);
  });

  it('lets the process end, and keeps it alive while a kept thread works', async () => {
    const program = `
      const { keepThreads, SessionPool, sessionRecipe, traceGraph } = await import(process.argv[1]);
      const recipe = sessionRecipe(traceGraph(({ x }) => ({ x }), { x: [1] }), { threads: 1 });
      await keepThreads(1);
      for (const value of [5, 6]) {
        const pool = new SessionPool(1);
        const { x } = await pool.run(pool.add(recipe, {}), { x: Float32Array.of(value) });
        console.log(x[0]);
        await pool.dispose();
      }`;
    const compiler = compiledPath('packages/compiler/src/index.ts');
    const words = [process.execPath, '--input-type=module', '--eval', program, compiler];
    expect(await ended(words, {})).toEqual({ code: 0, signal: null, stdout: '5\n6\n', stderr: '' });
  });
});
