// A sweep by successive halving: the best configurations of each rung go on.
import { type Job, promoted, rungsOf, type SweepState } from '@flowvae/sweeps';
import { configurationsOf, variedColumns } from './configurations.ts';
import { scoresOf, unjudged } from './ranking.ts';
import { type RunSweepOptions, runSweep } from './run-sweep.ts';
import { type PlannedTrial, runOf, type StoredSweep } from './sweep-folder.ts';
import { isFinished, lastStep } from './trial-state.ts';

/** A rung that was done. */
interface Rung {
  /** Steps of its runs. */
  readonly steps: number;
  /** Configurations on it, without seeds. */
  readonly configurations: number;
  /** The mean validation bound of the best one over its seeds, nats; null where none is finite. */
  readonly best: number | null;
  /** The values of the best one in the columns that vary. */
  readonly bestValues: Readonly<Record<string, string>> | null;
}

/** A sweep by halving, done or stopped. */
export interface Halved {
  readonly state: SweepState;
  readonly rungs: readonly Rung[];
  /** Steps of all runs together, and of the whole grid. */
  readonly steps: number;
  readonly gridSteps: number;
}

/**
 * Does the rungs in turn, each by the runner. A rung's ranking depends on the files of its runs alone, so a sweep that
 * was killed ranks and goes on as it would have. A rung that is not whole is not ranked: a run of it was stopped, or is
 * under way elsewhere.
 */
export async function halve(folder: string, sweep: StoredSweep, options: Omit<RunSweepOptions, 'trials' | 'until'>) {
  const { trials, halving } = sweep;
  const whole = trials[0]!.steps;
  const varied = variedColumns(trials);
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
    const missing = isLast ? [] : unjudged(folder, on, steps);
    if (missing.length > 0) {
      const names = missing.map(({ slug }) => slug).join(', ');
      options.progress.write(`the rung of ${steps} steps is not whole, so nothing is ranked: ${names}\n`);
      break;
    }
    const scores = scoresOf(folder, left, steps);
    rungs.push({ steps, configurations: left.length, ...bestOf(scores, left, varied) });
    if (!isLast) left = promoted(scores, halving!.factor).map((place) => left[place]!);
  }
  const steps = trials.reduce((sum, trial) => sum + lastStep(runOf(folder, trial)), 0);
  const finished = trials.filter((trial) => isFinished(runOf(folder, trial))).length;
  state = { ...state, total: trials.length, done: finished };
  return { state, rungs, steps, gridSteps: whole * trials.length } satisfies Halved;
}

function bestOf(
  scores: readonly number[],
  configurations: readonly (readonly PlannedTrial[])[],
  varied: readonly string[],
): Pick<Rung, 'best' | 'bestValues'> {
  const finite = scores.filter(Number.isFinite);
  if (finite.length === 0) return { best: null, bestValues: null };
  const best = Math.max(...finite);
  const { values } = configurations[scores.indexOf(best)]![0]!;
  const shown = varied.filter((name) => values[name] !== undefined);
  return { best, bestValues: Object.fromEntries(shown.map((name) => [name, values[name]!])) };
}
