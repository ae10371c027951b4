// Functions that compute nothing: outputs that are inputs, variables, constants or nothing at all, eager and compiled
// alike.
import { compile, runCounter } from '@flowvae/compiler';
import { tabulate } from '@flowvae/evaluation';
import { type Tensor, tf } from '@flowvae/tensor';
import { dataPoints } from '@flowvae/training';
import { describe, expect, it } from 'vitest';
import { functionRunner } from '../../packages/training/src/steps/function-runner.ts';

const w = tf.tidy(() => tf.variable(tf.tensor2d([[1, 2]])));
const captured = tf.tensor2d([[5, 6]]);
const x = Float32Array.of(7, 8);

/** Results for x [1, 2] = [7, 8] that no kernel computes, and their values. */
const cases: Readonly<Record<string, [(x: Tensor) => Record<string, Tensor>, Record<string, number[]>]>> = {
  'no output': [() => ({}), {}],
  'its input': [(given) => ({ y: given }), { y: [7, 8] }],
  'its input twice': [(given) => ({ y: given, z: given }), { y: [7, 8], z: [7, 8] }],
  'a variable': [() => ({ y: w }), { y: [1, 2] }],
  'a captured tensor': [() => ({ y: captured }), { y: [5, 6] }],
  'a constant': [() => ({ y: tf.zeros([1, 2]) }), { y: [0, 0] }],
  'all of them beside a sum': [
    (given) => ({ x: given, w, captured, zero: tf.zeros([1, 1]), sum: tf.add(given, w) }),
    { x: [7, 8], w: [1, 2], captured: [5, 6], zero: [0], sum: [8, 10] },
  ],
};

const plain = (arrays: object) =>
  Object.fromEntries(Object.entries(arrays).map(([name, values]) => [name, Array.from(values as Float32Array)]));

describe.each(Object.entries(cases))('a function that returns %s', (_, [fn, expected]) => {
  it('compiles and runs, in place too', async () => {
    for (const inPlace of [false, true]) {
      const compiled = compile(({ x: given }) => fn(given!), { variables: { w }, inPlace });
      const executable = await compiled.specialise({ x: [1, 2] });
      const into = Object.fromEntries(
        Object.entries(expected).map(([name, values]) => [name, new Float32Array(values.length)]),
      );
      const before = runCounter.runs;
      const values = { x, w: Float32Array.of(1, 2) };
      expect(plain(await executable.run(values, inPlace ? into : {}))).toEqual(expected);
      expect(runCounter.runs).toBe(before + 1);
      await compiled.dispose();
    }
  });

  it.each(['compiled', 'eager'] as const)(
    'is run, %s, and leaves variable and captured tensor alone',
    async (engine) => {
      const runner = await functionRunner(({ x: given }) => fn(given!), { variables: { w }, engine });
      const tensors = tf.memory().numTensors;
      for (let i = 0; i < 2; i++) {
        const results = await runner.run({ x }, { x: [1, 2] });
        expect(plain(results)).toEqual(expected);
        for (const values of Object.values(results)) values.fill(-1); // a copy: nothing else changes
      }
      expect(tf.memory().numTensors).toBe(tensors);
      await runner.dispose();
      expect([[...x], [...w.dataSync()], [...captured.dataSync()]]).toEqual([
        [7, 8],
        [1, 2],
        [5, 6],
      ]);
    },
  );
});

it('toOnnx refuses a function without outputs, which no runtime loads', async () => {
  await expect(compile(() => ({})).toOnnx({ x: [2] })).rejects.toThrow(
    'toOnnx: expected a function of at least one output, got none',
  );
});

describe('tabulate', () => {
  const data = dataPoints(Float32Array.of(1, 2, 3, 4, 5, 6), 2);

  it.each(['compiled', 'eager'] as const)('gives each row the result that all share, %s', async (engine) => {
    const fn = (given: Tensor) => ({ given, w, captured, sum: tf.sum(given, 1) });
    expect(plain(await tabulate(fn, data, { variables: { w }, engine, chunk: 2 }))).toEqual({
      given: [1, 2, 3, 4, 5, 6],
      w: [1, 2, 1, 2, 1, 2],
      captured: [5, 6, 5, 6, 5, 6],
      sum: [3, 7, 11],
    });
    expect(await tabulate(() => ({}), data, { engine })).toEqual({});
  });

  it('refuses a result of another number of rows by name', async () => {
    await expect(tabulate((given) => ({ all: tf.sum(given) }), data)).rejects.toThrow(
      'tabulate: all: expected [3], got []',
    );
    await expect(tabulate((given) => ({ half: tf.slice(given, 0, 2) }), data)).rejects.toThrow(
      'tabulate: half: expected [3, 2], got [2, 2]',
    );
  });
});
