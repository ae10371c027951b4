// Threads of the executor that share memory, in Node: their results, their failures, and pages that forbid them.
import { fileURLToPath } from 'node:url';
import { createContext, runInContext } from 'node:vm';
import { traceGraph } from '@flowvae/compiler';
import { drawNormal, key } from '@flowvae/random';
import { tf } from '@flowvae/tensor';
import { build } from 'esbuild';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { executorBytes, moduleOf } from '../../../packages/compiler/src/executor/modules.ts';
import { type Program, programOf } from '../../../packages/compiler/src/executor/program.ts';
import { PageWorker } from './page-worker.ts';

/** The module anew, with no thread started. */
async function withWorker(Worker: unknown) {
  vi.resetModules();
  vi.stubGlobal('Worker', Worker);
  return await import('../../../packages/compiler/src/executor/executor.ts');
}

afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

/** All work is shared, however small. */
function sharedProgram(): Program {
  const graph = traceGraph(
    ({ x, w }) => {
      const h = tf.tanh(tf.matMul(x as never, w as never));
      return { y: tf.sum(tf.mul(h, tf.softmax(tf.matMul(h as never, w as never))), 1), h };
    },
    { x: [70, 40], w: [40, 40] },
  );
  const program = programOf(graph, 3, 0);
  if (typeof program === 'string') throw new Error(program);
  return program;
}

const feeds = (seed: number) => ({
  x: { data: drawNormal(key(seed), 2800) },
  w: { data: drawNormal(key(seed + 1), 1600) },
});

/** yᵢ = x at the place xᵢ of four, by two threads of two places each: a place outside the memory is a trap. */
const permutation = (): Program => {
  const [x, y] = [131_136, 131_200];
  const half = (i: number) => [
    { function: 'gather', arguments: [y + 8 * i, x, x + 8 * i, 1, 2, 4, 1], isKernel: false },
  ];
  return {
    bytes: 131_264,
    given: { x: { at: x, length: 4, type: 'int32' } },
    told: { y: { at: y, length: 4, type: 'int32' } },
    constants: [],
    threads: 2,
    turns: [
      [half(0), half(1)],
      [half(0), half(1)],
    ],
  };
};

const places = (...data: number[]) => ({ x: { data: Int32Array.from(data) as unknown as Float32Array } });

describe('the executor', () => {
  it('is left to onnxruntime-web where the page may not compile it', async () => {
    vi.resetModules();
    const { canExecute } = await import('../../../packages/compiler/src/executor/modules.ts');
    vi.spyOn(WebAssembly, 'Module').mockImplementationOnce(
      class {
        constructor() {
          throw new WebAssembly.CompileError('refused by Content-Security-Policy');
        }
      } as never,
    );
    expect(canExecute()).toBe(false);
    expect(canExecute()).toBe(true);
  });
});

describe('threads that share memory', () => {
  it('give the numbers of one thread, run after run, with two programs in turn', async () => {
    const { openProgram } = await withWorker(PageWorker);
    const program = sharedProgram();
    expect(program.threads).toBe(3);
    const alone = await openProgram(program);
    const shared = [await openProgram(program, true), await openProgram(program, true)];
    for (let seed = 0; seed < 40; seed++) {
      expect(await shared[seed % 2]!.run(feeds(seed), {})).toEqual(await alone.run(feeds(seed), {}));
    }
  });

  it('keep two runs at a time apart', async () => {
    const { openProgram } = await withWorker(PageWorker);
    const [alone, shared] = [await openProgram(sharedProgram()), await openProgram(sharedProgram(), true)];
    const both = await Promise.all([shared.run(feeds(1), {}), shared.run(feeds(7), {})]);
    expect(both).toEqual([await alone.run(feeds(1), {}), await alone.run(feeds(7), {})]);
  });

  it.each([
    ['the thread that leads', [1e8, 0, 1, 2]],
    ['another thread', [0, 1, 1e8, 2]],
  ])('go on with the next run after %s failed', async (_thread, wrong) => {
    const { openProgram } = await withWorker(PageWorker);
    const session = await openProgram(permutation(), true);
    const run = async (...data: number[]) => (await session.run(places(...data), {})).y!.data;
    expect(await run(3, 2, 0, 1)).toEqual(Int32Array.of(1, 0, 3, 2));
    for (let i = 0; i < 3; i++) {
      await expect(run(...wrong)).rejects.toThrow(/a thread of the executor failed|out of bounds/);
      expect(await run(1, 2, 3, 0)).toEqual(Int32Array.of(2, 3, 0, 1));
    }
  });

  it('are made from a text that runs by itself, whatever a bundler does to the names of functions', async () => {
    const entry = fileURLToPath(new URL('../../../packages/compiler/src/executor/crew-member.js', import.meta.url));
    for (const minify of [false, true]) {
      const built = await build({
        entryPoints: [entry],
        bundle: true,
        format: 'esm',
        keepNames: true,
        write: false,
        minify,
      });
      const { text } = built.outputFiles[0]!;
      const { crewMember } = await import(`data:text/javascript,${encodeURIComponent(text)}`);
      const answers: unknown[] = [];
      const page = createContext({ postMessage: (answer: unknown) => answers.push(answer), WebAssembly });
      runInContext(`(${crewMember})()`, page);
      const memory = new WebAssembly.Memory({ initial: 4 });
      const part = { memory, own: moduleOf(executorBytes(), false), kernels: undefined, turns: [[]], words: 131_072 };
      (page.onmessage as (event: unknown) => void)({ data: { open: 7, part } });
      expect(JSON.parse(JSON.stringify(answers))).toEqual([{ opened: 7 }]);
      new Int32Array(memory.buffer, 131_072, 1)[0] = 1; // the first turn may begin
      (page.onmessage as (event: unknown) => void)({ data: { run: 7 } });
      expect(new Int32Array(memory.buffer, 131_072, 3)).toEqual(Int32Array.of(1, 1, 0)); // done, and not failed
    }
  });

  it('are not asked again where a page forbids them: one thread does all parts', async () => {
    let started = 0;
    class Forbidden {
      onerror: ((event: { message: string }) => void) | undefined;

      constructor() {
        started++;
        queueMicrotask(() => this.onerror?.({ message: '' }));
      }

      postMessage(): void {}
    }
    const { openProgram } = await withWorker(Forbidden);
    for (let i = 0; i < 2; i++) {
      const session = await openProgram(permutation(), true);
      expect((await session.run(places(3, 2, 0, 1), {})).y!.data).toEqual(Int32Array.of(1, 0, 3, 2));
    }
    expect(started).toBe(1);
  });
});
