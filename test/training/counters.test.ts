// How threads of a step wait for each other.
import { afterEach, expect, it, vi } from 'vitest';
import { waitInTurns, waitUntil } from '../../packages/training/src/parallel/counters.js';

afterEach(() => vi.restoreAllMocks());

/** Waits for a counter that another thread sets only when this one rests; @returns looks at the clock, which goes on by so many ms for each. */
async function glances(milliseconds: (glance: number) => number, start: number): Promise<number> {
  const counters = new Int32Array(new SharedArrayBuffer(4));
  let count = 0;
  let now = start;
  const clock = vi.spyOn(performance, 'now').mockImplementation(() => {
    now += milliseconds(count++);
    return now;
  });
  await waitInTurns(counters, 0, 1, 0, async () => void Atomics.store(counters, 0, 1));
  clock.mockRestore();
  return count;
}

it('a thread looks for milliseconds before it sleeps, and only briefly for a while after its processor was taken away', async () => {
  const steady = () => 0.01;
  const start = performance.now();
  expect(await glances(steady, start + 1e6)).toBeGreaterThan(300);
  expect(await glances((glance) => (glance === 3 ? 2 : 0.01), start + 2e6)).toBeLessThan(10);
  expect(await glances(steady, start + 2e6 + 100)).toBeLessThan(10);
  expect(await glances(steady, start + 2e6 + 400)).toBeGreaterThan(300);
});

it('counters that have wrapped are reached', async () => {
  const counters = Int32Array.of(-(2 ** 31) + 1);
  waitUntil(counters, 0, 2 ** 31); // one less
  await waitInTurns(counters, 0, 2 ** 31 + 1, 0, () => Promise.reject(new Error('not reached')));
});
