// The number of threads for a machine: the choice among times, and that times are measured.
import { threadTimes } from '@flowvae/training';
import { fewestThreads } from '@flowvae/training/plain';
import { expect, it } from 'vitest';

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

it('threadTimes times the products of a step for each number of threads', async () => {
  const measured = await threadTimes([1, 2]);
  expect(measured.map(({ threads }) => threads)).toEqual([1, 2]);
  // 2·100·3·(784·400·2 + 400·400) multiplications and additions take no core below 10 µs, and none 60 s
  for (const { milliseconds } of measured) expect(milliseconds).toBeGreaterThan(0.01);
  for (const { milliseconds } of measured) expect(milliseconds).toBeLessThan(60_000);
});
