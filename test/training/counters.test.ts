// How threads of a step wait for each other.
import { cpus } from 'node:os';
import { afterEach, expect, it, vi } from 'vitest';
import { waitInTurns, waitUntil } from '../../packages/training/src/parallel/counters.js';

const load = vi.hoisted(() => ({ average: 0 }));
vi.mock('node:os', async (original) => ({
  ...(await original<typeof import('node:os')>()),
  loadavg: () => [load.average, 0, 0],
}));

afterEach(() => vi.restoreAllMocks());

/** Looks at the clock, 0.01 ms apart, before a thread rests over a counter that another sets only then. */
async function glances(start: number): Promise<number> {
  const counters = new Int32Array(new SharedArrayBuffer(4));
  let count = 0;
  const clock = vi.spyOn(performance, 'now').mockImplementation(() => start + 0.01 * count++);
  await waitInTurns(counters, 0, 1, 0, async () => void Atomics.store(counters, 0, 1));
  clock.mockRestore();
  return count;
}

it('a thread looks for milliseconds before it sleeps, and only briefly where other programs want the processors', async () => {
  const start = performance.now();
  load.average = cpus().length; // the threads of the step themselves
  expect(await glances(start + 1e6)).toBeGreaterThan(300);
  load.average = cpus().length + 2;
  expect(await glances(start + 1e6 + 100)).toBeGreaterThan(300); // not asked again so soon
  expect(await glances(start + 2e6)).toBeLessThan(10);
  load.average = 0;
  expect(await glances(start + 3e6)).toBeGreaterThan(300);
});

it('counters that have wrapped are reached', async () => {
  const counters = Int32Array.of(-(2 ** 31) + 1);
  waitUntil(counters, 0, 2 ** 31); // one less
  await waitInTurns(counters, 0, 2 ** 31 + 1, 0, () => Promise.reject(new Error('not reached')));
});
