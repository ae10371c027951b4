// The number of threads for a machine: the choice among times, and that times are measured.
import { runCounter, traceGraph } from '@flowvae/compiler';
import { threadTimes } from '@flowvae/training';
import { fewestThreads } from '@flowvae/training/plain';
import { expect, it } from 'vitest';
import { sharedProducts } from '../../packages/training/src/engines/thread-measurement.ts';

const times = (...milliseconds: readonly number[]) =>
  milliseconds.map((time, i) => ({ threads: 4 * 2 ** i, milliseconds: time }));

it.each([
  ['the fastest number', times(6, 4.2, 3.9), 16],
  ['fewer threads that are 5 % slower at most', times(6, 4.09, 3.9), 8],
  ['the only number', times(3), 4],
  ['not more threads that are slower', times(4, 4.4, 7), 4],
])('fewestThreads takes %s', (_, given, threads) => {
  expect(fewestThreads(given)).toBe(threads);
});

it.each([1, 2, 4])('%d threads together have the multiplications of one step', (threads) => {
  const { products, shapes } = sharedProducts(threads);
  const each = traceGraph(products, shapes).nodes.flatMap(({ operator, inputs, outputs, attributes }) => {
    if (operator !== 'Gemm') return [];
    const [rows, columns] = outputs[0]!.shape as readonly [number, number];
    return rows === 1 ? [] : [rows * columns * inputs[0]!.shape[attributes.transA === 1 ? 0 : 1]!];
  });
  expect(each).toHaveLength(9);
  expect(threads * each.reduce((sum, count) => sum + count, 0)).toBe(3 * 100 * (784 * 400 + 400 * 400 + 400 * 784));
});

it('threadTimes runs as many shares at once as there are threads', async () => {
  const before = runCounter.runs;
  const [one, two] = await threadTimes([1, 2]);
  expect([one!.threads, two!.threads]).toEqual([1, 2]);
  expect(runCounter.runs - before).toBeGreaterThanOrEqual(2 + 2 * 2); // a first round of each, and a measured one
  for (const { milliseconds } of [one!, two!]) expect(milliseconds).toBeGreaterThan(0);
});
