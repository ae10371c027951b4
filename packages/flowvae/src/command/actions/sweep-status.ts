// `flowvae sweep status`: how far each run is.
import { runState, type StateName, stateNames } from '../../run-list/run-state.ts';
import { runOf, type StoredSweep } from '../../sweep/sweep-folder.ts';

/** A run that was not begun. */
const WAITING = 'waiting';

const states = [...stateNames, WAITING] as const;

/** How far a run is. */
interface RunStatus {
  readonly slug: string;
  readonly state: StateName | typeof WAITING;
  readonly step: number;
  /** The fault of a damaged run, or why a run stopped. */
  readonly reason?: string;
}

export function statusAction(folder: string, { trials }: StoredSweep, isJson: boolean): void {
  const runs = trials.map((trial): RunStatus => {
    const { state = WAITING, step = 0, reason } = runState(runOf(folder, trial)) ?? {};
    return { slug: trial.slug, state, step, ...(reason === undefined ? {} : { reason }) };
  });
  const counts = Object.fromEntries(states.map((name) => [name, runs.filter(({ state }) => state === name).length]));
  if (isJson) {
    process.stdout.write(`${JSON.stringify({ folder, total: runs.length, ...counts, runs })}\n`);
    return;
  }
  const width = Math.max(...runs.map(({ slug }) => slug.length));
  for (const { slug, state, step, reason } of runs) {
    const why = reason === undefined ? '' : `  ${reason}`;
    process.stdout.write(`${slug.padEnd(width)}  ${state.padEnd('finished'.length)}  step ${step}${why}\n`);
  }
  const counted = states.filter((name) => counts[name]).map((name) => `${counts[name]} ${name}`);
  process.stdout.write(`${runs.length} runs: ${counted.join(', ')}\n`);
}
