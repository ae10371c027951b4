// Which configurations go on from a rung, by the files of runs that a runner of this test writes.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Job, Runner, RunnerContext, SweepState } from '@flowvae/sweeps';
import { afterAll, describe, expect, it } from 'vitest';
import { halve } from '../../../packages/flowvae/src/sweep/halve.ts';
import { type PlannedTrial, runOf, type StoredSweep } from '../../../packages/flowvae/src/sweep/sweep-folder.ts';

const root = mkdtempSync(join(tmpdir(), 'flowvae-rungs-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

const WHOLE = 40;

/** A run that comes to a step: its bound there, and how it ends. */
interface Course {
  /** Bounds by step; of a step that is left out there is none. */
  readonly bounds: Readonly<Record<number, number>>;
  /** It ends by itself at this step, out of patience. */
  readonly endsAt?: number;
  /** It stops at a value that is not finite. */
  readonly isBroken?: boolean;
  /** Another process does it. */
  readonly isLocked?: boolean;
}

let next = 0;

/** A sweep over these runs, `a0` being configuration a with seed 0, and the steps to which each was asked. */
async function halved(courses: Readonly<Record<string, Course>>) {
  const folder = join(root, String(next++));
  const trials = Object.keys(courses).map(
    (slug, index): PlannedTrial => ({
      ...{ slug, index, steps: WHOLE, settings: {}, set: {} },
      values: { flow: slug[0]!, seed: slug[1]! },
    }),
  );
  const asked: Record<string, number> = {};
  const runner: Runner = {
    name: 'a test',
    async run(jobs: readonly Job[], { isDone }: RunnerContext): Promise<SweepState> {
      const open = jobs.filter((job) => !isDone(job));
      for (const job of open) goOn(runOf(folder, job), courses[job.slug]!, asked[job.slug]!);
      const named = (wanted: (course: Course) => boolean | undefined) =>
        open.map(({ slug }) => slug).filter((slug) => wanted(courses[slug]!));
      const failed = Object.fromEntries(named(({ isBroken }) => isBroken).map((slug) => [slug, 'not finite']));
      return { total: jobs.length, done: 0, running: {}, locked: named(({ isLocked }) => isLocked), failed };
    },
  };
  const sweep: StoredSweep = {
    ...{ format: 1, version: '0', plugins: [], modules: [], trials },
    halving: { factor: 2, minSteps: 10 },
  };
  const told: string[] = [];
  const { rungs } = await halve(folder, sweep, {
    runner: {
      name: runner.name,
      run(jobs, context) {
        for (const job of jobs) context.commandOf(job);
        return runner.run(jobs, context);
      },
    },
    commandOf({ slug }, until) {
      asked[slug] = until!;
      return [];
    },
    progress: { write: (text) => void told.push(text) },
    signal: new AbortController().signal,
  });
  return { asked, rungs, told: told.join('') };
}

/** Writes the files of a run that went on to a step. */
function goOn(run: string, { bounds, endsAt = WHOLE, isBroken, isLocked }: Course, until: number): void {
  if (isLocked) return;
  mkdirSync(run, { recursive: true });
  writeFileSync(join(run, 'config.json'), JSON.stringify({ steps: WHOLE, data: 'mnist', evalImages: 0 }));
  const steps = [10, 20, 30, 40].filter((step) => step <= Math.min(until, endsAt) && bounds[step] !== undefined);
  const lines = steps.map((step) => `${JSON.stringify({ step, validation: { elbo: bounds[step] } })}\n`);
  writeFileSync(join(run, 'metrics.jsonl'), lines.join(''));
  if (isBroken) writeFileSync(join(run, 'non-finite.json'), '{}');
  if (until < endsAt || isBroken) return;
  writeFileSync(join(run, 'model.safetensors'), '');
  writeFileSync(join(run, 'report.json'), JSON.stringify({ steps: endsAt, version: '0' }));
}

const level = (bound: number): Course => ({ bounds: { 10: bound, 20: bound, 30: bound, 40: bound } });

describe('halve', () => {
  it('ranks a configuration by the mean of its seeds', async () => {
    const { asked, rungs } = await halved({ a0: level(-1), a1: level(-9), b0: level(-4), b1: level(-4) });
    expect(asked).toEqual({ a0: 10, a1: 10, b0: 40, b1: 40 });
    expect(rungs).toEqual([
      { steps: 10, configurations: 2, best: -4, bestValues: { flow: 'b' } },
      { steps: 20, configurations: 1, best: -4, bestValues: { flow: 'b' } },
      { steps: 40, configurations: 1, best: -4, bestValues: { flow: 'b' } },
    ]);
  });

  it('ranks by the bound at the step, not by a later or a better one', async () => {
    const early = { bounds: { 10: -1, 20: -9, 30: -9, 40: -9 } };
    const late = { bounds: { 10: -2, 20: -1, 30: -1, 40: -1 } };
    const others = { c0: level(-3), d0: level(-4) };
    const { asked } = await halved({ a0: early, b0: late, ...others });
    expect(asked).toEqual({ a0: 20, b0: 40, c0: 10, d0: 10 });
  });

  it('ranks a run that is not finite last', async () => {
    const { asked } = await halved({ a0: { bounds: {}, isBroken: true }, b0: level(-300) });
    expect(asked).toEqual({ a0: 10, b0: 40 });
  });

  it('ranks a run that ended by itself before by the best bound that it had', async () => {
    const { asked } = await halved({ a0: { bounds: { 10: -2 }, endsAt: 15 }, b0: { bounds: { 10: -3, 20: -3 } } });
    expect(asked.a0).toBeGreaterThan(10);
    const seeds = { a0: { bounds: { 10: -2 }, endsAt: 15 }, a1: level(-2), b0: level(-3), b1: level(-3) };
    expect((await halved(seeds)).asked).toMatchObject({ a1: 40, b0: 10 });
  });

  it.each<[string, Course]>([
    ['another process does', { bounds: {}, isLocked: true }],
    ['was killed between a step and its validation', { bounds: {} }],
  ])('ranks nothing while a run is one that %s', async (_, course) => {
    const { asked, rungs, told } = await halved({ a0: course, b0: level(-3) });
    expect([asked, rungs]).toEqual([{ a0: 10, b0: 10 }, []]);
    expect(told).toContain('the rung of 10 steps is not whole, so nothing is ranked: a0');
  });
});
