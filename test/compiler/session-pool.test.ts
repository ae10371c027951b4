// The threads of a pool: they start when there is work for them, and know all sessions.
import { SessionPool, sessionRecipe, traceGraph } from '@flowvae/compiler';
import { tf } from '@flowvae/tensor';
import { expect, it, vi } from 'vitest';

const started = vi.hoisted(() => ({ threads: 0 }));

vi.mock('node:worker_threads', async (original) => {
  const module = await original<typeof import('node:worker_threads')>();
  class Worker extends module.Worker {
    constructor(...given: ConstructorParameters<typeof module.Worker>) {
      super(...given);
      started.threads++;
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
