// `flowvae sweep status`: how far each run is.
import { isLivingTask, type KnownTask, knownTasks, type Scheduler } from '@flowvae/sweeps';
import { ExpectationError } from '@flowvae/tensor/plain';
import { runState, stateNames } from '../../run-list/run-state.ts';
import { eliminatedRuns } from '../../sweep/ranking.ts';
import { runOf, type StoredSweep } from '../../sweep/sweep-folder.ts';

/** A run that was not begun. */
const WAITING = 'waiting';

/** A run that halving took no further. */
const ELIMINATED = 'eliminated';

const states = [...stateNames, ELIMINATED, WAITING] as const;

/** How far a run is. */
interface RunStatus {
  readonly slug: string;
  readonly state: (typeof states)[number];
  readonly step: number;
  /** The fault of a damaged run, or why a run stopped. */
  readonly reason?: string;
  /** Its job in a scheduler's words, while the scheduler knows one that has not ended. */
  readonly job?: string;
}

/** Options of {@link statusAction}. */
interface StatusOptions {
  readonly isJson: boolean;
  /** One that may have jobs of the sweep. */
  readonly scheduler: Scheduler | undefined;
}

export async function statusAction(
  folder: string,
  sweep: StoredSweep,
  { isJson, scheduler }: StatusOptions,
): Promise<void> {
  const jobs = scheduler ? await jobsOf(folder, scheduler) : new Map<string, KnownTask>();
  const eliminated = eliminatedRuns(folder, sweep);
  const runs = sweep.trials.map((trial): RunStatus => {
    const { state: found = WAITING, step = 0, reason } = runState(runOf(folder, trial)) ?? {};
    const isEliminated = found === 'stopped' && reason === undefined && eliminated.has(trial.slug);
    const state = isEliminated ? ELIMINATED : found;
    const task = jobs.get(trial.slug);
    const job = task && isLivingTask(task) ? { job: `${scheduler!.name} ${task.state.id} ${task.state.text}` } : {};
    return { slug: trial.slug, state, step, ...(reason === undefined ? {} : { reason }), ...job };
  });
  const counts = Object.fromEntries(states.map((name) => [name, runs.filter(({ state }) => state === name).length]));
  if (isJson) {
    process.stdout.write(`${JSON.stringify({ folder, total: runs.length, ...counts, runs })}\n`);
    return;
  }
  const width = Math.max(...runs.map(({ slug }) => slug.length));
  const stateWidth = Math.max('finished'.length, ...runs.map(({ state }) => state.length));
  for (const { slug, state, step, reason, job } of runs) {
    const why = [reason, job].map((text) => (text === undefined ? '' : `  ${text}`)).join('');
    process.stdout.write(`${slug.padEnd(width)}  ${state.padEnd(stateWidth)}  step ${step}${why}\n`);
  }
  const counted = states.filter((name) => counts[name]).map((name) => `${counts[name]} ${name}`);
  process.stdout.write(`${runs.length} runs: ${counted.join(', ')}\n`);
}

/** Where the scheduler does not answer, the files alone tell the states. */
async function jobsOf(folder: string, scheduler: Scheduler): Promise<ReadonlyMap<string, KnownTask>> {
  try {
    return await knownTasks(scheduler, folder);
  } catch (error) {
    if (!(error instanceof ExpectationError)) throw error;
    process.stderr.write(`no jobs are shown: ${error.message}\n`);
    return new Map();
  }
}
