// A sweep by successive halving: the best configurations of each rung go on.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { FAILURE } from '@flowvae/runs/plain';
import { type Job, promoted, rungsOf, type SweepState } from '@flowvae/sweeps';
import { type RunSweepOptions, runSweep } from './run-sweep.ts';
import { type PlannedTrial, runOf, type StoredSweep } from './sweep-folder.ts';
import { isFinished, isValidatedAt, lastStep, scoreAt } from './trial-state.ts';

/** A rung that was done. */
interface Rung {
  /** Steps of its runs. */
  readonly steps: number;
  /** Configurations on it, without seeds. */
  readonly configurations: number;
  /** The mean validation bound of the best one over its seeds, nats; null on the last rung, which ranks nothing. */
  readonly best: number | null;
}

/** A sweep by halving, done or stopped. */
export interface Halved {
  readonly state: SweepState;
  readonly rungs: readonly Rung[];
  /** Steps of all runs together, and of the whole grid. */
  readonly steps: number;
  readonly gridSteps: number;
}

/** Runs that differ in their seed alone. */
type Configuration = readonly PlannedTrial[];

/** The configurations of a sweep in their order. */
export function configurationsOf(trials: readonly PlannedTrial[]): Configuration[] {
  const groups = new Map<string, PlannedTrial[]>();
  for (const trial of trials) {
    const { seed: _, ...others } = trial.values;
    const name = JSON.stringify(others);
    groups.set(name, [...(groups.get(name) ?? []), trial]);
  }
  return [...groups.values()];
}

/**
 * Does the rungs in turn, each by the runner. A rung's ranking depends on the files of its runs alone, so a sweep that
 * was killed ranks and goes on as it would have. A rung that is not whole is not ranked: a run of it was stopped, or is
 * under way elsewhere.
 */
export async function halve(folder: string, sweep: StoredSweep, options: Omit<RunSweepOptions, 'trials' | 'until'>) {
  const { trials, halving } = sweep;
  const whole = trials[0]!.steps;
  let left = configurationsOf(trials);
  let state: SweepState = { total: trials.length, done: 0, running: {}, locked: [], failed: {} };
  const rungs: Rung[] = [];
  for (const steps of rungsOf(halving!, whole)) {
    const isLast = steps === whole;
    options.progress.write(`rung of ${steps} steps: ${left.length} configurations\n`);
    const on = left.flat();
    const commandOf = (job: Job) => options.commandOf(job, steps);
    const done = await runSweep(folder, { ...options, commandOf, trials: on, ...(isLast ? {} : { until: steps }) });
    state = { ...done, failed: { ...state.failed, ...done.failed } };
    if (options.signal.aborted) break;
    const missing = isLast ? [] : on.filter((trial) => !isJudged(runOf(folder, trial), steps));
    if (missing.length > 0) {
      const names = missing.map(({ slug }) => slug).join(', ');
      options.progress.write(`the rung of ${steps} steps is not whole, so nothing is ranked: ${names}\n`);
      break;
    }
    const scores = left.map((runs) => mean(runs.map((trial) => scoreAt(runOf(folder, trial), steps))));
    const finite = scores.filter(Number.isFinite);
    rungs.push({
      steps,
      configurations: left.length,
      best: isLast || finite.length === 0 ? null : Math.max(...finite),
    });
    if (!isLast) left = promoted(scores, halving!.factor).map((place) => left[place]!);
  }
  const steps = trials.reduce((sum, trial) => sum + lastStep(runOf(folder, trial)), 0);
  const finished = trials.filter((trial) => isFinished(runOf(folder, trial))).length;
  state = { ...state, total: trials.length, done: finished };
  return { state, rungs, steps, gridSteps: whole * trials.length } satisfies Halved;
}

/** Whether a run came to a rung, ended before by itself, or stopped at a value that is not finite. */
const isJudged = (run: string, steps: number) =>
  isValidatedAt(run, steps) || isFinished(run) || existsSync(join(run, FAILURE));

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
