// The executor's own mathematics against float64: products of all shapes, elementary functions, memory.
import { traceGraph } from '@flowvae/compiler';
import { drawNormal, drawUniform, fold, key } from '@flowvae/random';
import { type Tensor, tf } from '@flowvae/tensor';
import { describe, expect, it } from 'vitest';
import { openProgram } from '../../../packages/compiler/src/executor/executor.ts';
import { bytes as plainBytes } from '../../../packages/compiler/src/executor/files/plain.ts';
import { executorBytes, moduleOf } from '../../../packages/compiler/src/executor/modules.ts';
import { type Program, programOf } from '../../../packages/compiler/src/executor/program.ts';
import { withSharedMemory } from '../../../packages/compiler/src/executor/shared-memory.ts';
import { executed } from './executed.ts';

/** Rows, columns and terms around the sizes of a tile and of a pass, and vectors. */
const sizes = [
  [1, 1, 1],
  [1, 9, 40],
  [7, 1, 33],
  [5, 8, 12],
  [6, 8, 384],
  [13, 17, 11],
  [31, 23, 385],
  [2, 50, 770],
  [64, 3, 100],
] as const;

const turned = (x: readonly number[]): number[] => [x[1]!, x[0]!];

describe('products', () => {
  it.each(sizes)('of %i rows, %i columns and %i terms are those of float64, either matrix turned', async (m, n, k) => {
    for (const [transposeA, transposeB] of [
      [false, false],
      [true, false],
      [false, true],
      [true, true],
    ] as const) {
      const [shapeA, shapeB] = [transposeA ? turned([m, k]) : [m, k], transposeB ? turned([k, n]) : [k, n]];
      const [a, b, bias] = [m * k, k * n, n].map((size, i) => drawNormal(fold(key(1), i), size)) as Float32Array[];
      const graph = traceGraph(
        ({ a, b, bias }) => ({ c: tf.add(tf.matMul(a as never, b as never, transposeA, transposeB), bias!) }),
        { a: shapeA, b: shapeB, bias: [n] },
      );
      const expected = Array.from({ length: m * n }, (_, at) => {
        const [i, j] = [Math.floor(at / n), at % n];
        const term = (p: number) => a![transposeA ? p * m + i : i * k + p]! * b![transposeB ? j * k + p : p * n + j]!;
        return Array.from({ length: k }, (_, p) => term(p)).reduce((x, y) => x + y, bias![j]!);
      });
      for (const threads of [1, 3]) {
        const { c } = (await executed(graph, { a: a!, b: b!, bias: bias! }, threads)) as { c: Float32Array };
        const most = Math.max(...expected.map((x, i) => Math.abs(x - c[i]!)));
        expect(most).toBeLessThan(1e-6 * Math.sqrt(k) * 8);
      }
    }
  });
});

describe('a product of many terms', () => {
  const [m, n, k] = [23, 17, 400]; // beyond one pass, and no whole number of tiles
  const [a, b, bias] = [m * k, k * n, n].map((size, i) => drawNormal(fold(key(2), i), size)) as Float32Array[];
  const graph = traceGraph(({ a, b, bias }) => ({ c: tf.add(tf.matMul(a as never, b as never), bias!) }), {
    a: [m, k],
    b: [k, n],
    bias: [n],
  });

  it.each([2, 3, 4])('has the same bytes in one part and in %i', async (threads) => {
    const arrays = { a: a!, b: b!, bias: bias! };
    expect(await executed(graph, arrays, threads)).toEqual(await executed(graph, arrays));
  });

  it('goes through panels, however many', () => {
    const memory = new WebAssembly.Memory({ initial: 256 });
    const { exports } = new WebAssembly.Instance(moduleOf(executorBytes(), false), { env: { memory } });
    const product = exports.product as (...numbers: number[]) => void;
    const [operands, scratch, size] = [131_072, 131_136, 1300]; // 1300³ is more than an integer of 32 bits holds
    new Float32Array(memory.buffer, operands, 1)[0] = 1;
    product(operands, operands, operands, 1, 0, 0, 0, size, size, 1300, 0, 0, 0, 0, 0, 0, scratch);
    expect(new Float32Array(memory.buffer, scratch, 100_000).some((x) => x !== 0)).toBe(true);
  });
});

/** The place of a float among all floats, so that differences count units in the last place. */
function placeOf(x: number): number {
  const bits = new Int32Array(Float32Array.of(x).buffer)[0]!;
  return bits < 0 ? -(bits & 0x7fffffff) : bits;
}

type Elementary = readonly [name: string, f: (x: Tensor) => Tensor, exact: (x: number) => number, scale: number];

const elementary: readonly Elementary[] = [
  ['exp', tf.exp, Math.exp, 90],
  ['log', (x) => tf.log(tf.abs(x)), (x) => Math.log(Math.abs(x)), 1e30],
  ['log near 1', (x) => tf.log(tf.abs(x)), (x) => Math.log(Math.abs(x)), 2],
  ['tanh', tf.tanh, Math.tanh, 6],
  ['sigmoid', tf.sigmoid, (x) => 1 / (1 + Math.exp(-x)), 40],
];

const MOST_UNITS = 2;

describe.each(elementary)('%s', (_name, f, exact, scale) => {
  it('lies within two units in the last place of float64, on both sides of 0, large and small', async () => {
    const draws = drawUniform(key(5), 6001).map((u, i) => (i % 2 ? 1 : 1e-6) * (2 * u - 1) * scale);
    const graph = traceGraph(({ x }) => ({ y: f(x!) }), { x: [draws.length] });
    const { y } = (await executed(graph, { x: draws })) as { y: Float32Array };
    const apart = Array.from(draws, (x, i) => Math.abs(placeOf(Math.fround(exact(x))) - placeOf(y[i]!)));
    expect(Math.max(...apart)).toBeLessThanOrEqual(MOST_UNITS);
  });

  it('has the limits of float64 at 0, infinities and beyond, and NaN for NaN', async () => {
    const special = Float32Array.of(0, -0, Infinity, -Infinity, NaN, 1e-40, -1e-40, 3.4e38, -3.4e38, 104, -104, 1, 89);
    const graph = traceGraph(({ x }) => ({ y: f(x!) }), { x: [special.length] });
    const { y } = (await executed(graph, { x: special })) as { y: Float32Array };
    const expected = Array.from(special, (x) => Math.fround(exact(x)));
    for (const [i, want] of expected.entries()) {
      const got = y[i]!;
      const isNear = Object.is(got, want) || Math.abs(got - want) <= 1e-6 * Math.abs(want) + 2e-38;
      expect([special[i], got, isNear]).toEqual([special[i], got, true]);
    }
  });
});

describe('the memory of a program', () => {
  const empty: Program = { bytes: 0, given: {}, told: {}, constants: [], threads: 1, turns: [] };

  it('is refused beyond 4 GiB, in one line', async () => {
    await expect(openProgram({ ...empty, bytes: 5 * 2 ** 30 })).rejects.toThrow(
      'compile: memory of one graph: expected at most 4 GiB, and no more than this page can get, got 5120 MiB',
    );
  });

  it('refuses kernels whose tables reach into those of the executor', async () => {
    const program = { ...empty, bytes: 200_000, kernels: executorBytes() }; // whose tables begin where they may end
    await expect(openProgram(program)).rejects.toThrow('tables of a module reach');
  });

  const chain = traceGraph(
    ({ x }) => ({ y: Array.from({ length: 40 }).reduce<Tensor>((y) => tf.tanh(tf.mul(y, 1.5)), x!) }),
    { x: [1000] },
  );

  it('is used again after the last reading', async () => {
    expect(chain.nodes.length).toBeGreaterThan(70);
    for (const program of [programOf(chain, 1), programOf(chain, 3, 0)]) {
      if (typeof program === 'string') throw new Error(program);
      expect((program.bytes - 131_072) / 4000).toBeLessThan(8); // arrays of 1,000 floats
    }
  });

  it('gives the same numbers in one part and in many', async () => {
    const x = drawNormal(key(3), 1000);
    expect(await executed(chain, { x }, 7)).toEqual(await executed(chain, { x }));
  });
});

describe('a module for shared memory', () => {
  it('runs in one, and is refused a memory of its own', () => {
    const module = new WebAssembly.Module(withSharedMemory(plainBytes()) as BufferSource);
    const shared = new WebAssembly.Memory({ initial: 4, maximum: 4, shared: true });
    const { exports } = new WebAssembly.Instance(module, { env: { memory: shared } });
    expect((exports.heapBase as () => number)()).toBeLessThan(131_072);
    const own = new WebAssembly.Memory({ initial: 4 });
    expect(() => new WebAssembly.Instance(module, { env: { memory: own } })).toThrow(/memory import/);
  });

  it('must import a memory', () => {
    expect(() => withSharedMemory(Uint8Array.from([0, 97, 115, 109, 1, 0, 0, 0]))).toThrow('imports no memory');
  });

  it('must import nothing else', () => {
    const two = Uint8Array.from([0, 97, 115, 109, 1, 0, 0, 0, 2, 13, 2, 1, 97, 1, 98, 2, 0, 1, 1, 97, 1, 99, 2, 0]);
    expect(() => withSharedMemory(two)).toThrow('imports more than its memory');
  });
});
