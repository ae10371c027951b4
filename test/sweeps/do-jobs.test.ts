// Jobs: a job with a result is skipped, a failure stops no other job, and after an interruption no job starts.
import { doJobs, type Ending, type SweepState } from '@flowvae/sweeps';
import { expect, it } from 'vitest';

const jobs = ['a', 'b', 'c', 'd', 'e'].map((slug) => ({ slug }));

/** Runs a sweep whose jobs end as told, after a turn of the event loop each. */
async function swept(
  endings: Readonly<Record<string, Ending | Error>>,
  options: { readonly jobs?: number; readonly stopAt?: string; readonly finished?: readonly string[] } = {},
) {
  const { jobs: atOnce = 2, stopAt, finished = [] } = options;
  const started: string[] = [];
  const states: SweepState[] = [];
  const controller = new AbortController();
  const state = await doJobs(jobs, {
    jobs: atOnce,
    isDone: ({ slug }) => finished.includes(slug),
    async run({ slug }) {
      started.push(slug);
      if (slug === stopAt) controller.abort();
      await new Promise((resolve) => setImmediate(resolve));
      const ending = slug === stopAt ? 'stopped' : (endings[slug] ?? 'done');
      if (ending instanceof Error) throw ending;
      return ending;
    },
    signal: controller.signal,
    onChange: (now) => states.push(now),
  });
  return { state, started, most: Math.max(...states.map(({ running }) => Object.keys(running).length)) };
}

it('doJobs does every job once, in order, and at most as many at a time as asked for', async () => {
  for (const atOnce of [1, 2, 9]) {
    const { state, started, most } = await swept({}, { jobs: atOnce });
    expect(started).toEqual(['a', 'b', 'c', 'd', 'e']);
    expect(state).toEqual({ total: 5, done: 5, running: {}, locked: [], failed: {} });
    expect(most).toBe(Math.min(atOnce, 5));
  }
});

it('doJobs skips finished jobs and counts them', async () => {
  const { state, started } = await swept({}, { finished: ['a', 'd'] });
  expect(started).toEqual(['b', 'c', 'e']);
  expect(state.done).toBe(5);
});

it('doJobs continues after a failure, reported or thrown', async () => {
  const { state, started } = await swept({ a: { failed: 'diverged' }, c: new Error('lost') });
  expect(started).toEqual(['a', 'b', 'c', 'd', 'e']);
  expect(state).toEqual({ total: 5, done: 3, running: {}, locked: [], failed: { a: 'diverged', c: 'Error: lost' } });
});

it('doJobs starts nothing after an interruption; a stopped job is neither done nor failed', async () => {
  const { state, started } = await swept({}, { stopAt: 'b' });
  expect(started).toEqual(['a', 'b']);
  expect(state).toEqual({ total: 5, done: 1, running: {}, locked: [], failed: {} });
});

it('doJobs counts the jobs of another process as neither done nor failed, and continues', async () => {
  const { state, started } = await swept({ b: 'locked', d: 'locked' });
  expect(started).toEqual(['a', 'b', 'c', 'd', 'e']);
  expect(state).toEqual({ total: 5, done: 3, running: {}, locked: ['b', 'd'], failed: {} });
});
