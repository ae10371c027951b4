// `flowvae sweep status`: how far each run is.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { runOf, type StoredSweep } from '../../sweep/sweep-folder.ts';
import { isFinished, lastStep } from '../../sweep/trial-state.ts';

/** How far a run is. */
interface RunStatus {
  readonly slug: string;
  readonly state: 'finished' | 'begun' | 'waiting';
  readonly step: number;
}

export function statusAction(folder: string, { trials }: StoredSweep, isJson: boolean): void {
  const runs = trials.map((trial): RunStatus => {
    const run = runOf(folder, trial);
    const isBegun = existsSync(join(run, 'config.json'));
    const state = isFinished(run) ? 'finished' : isBegun ? 'begun' : 'waiting';
    return { slug: trial.slug, state, step: lastStep(run) };
  });
  const count = (state: RunStatus['state']) => runs.filter((run) => run.state === state).length;
  const counts = { total: runs.length, finished: count('finished'), begun: count('begun'), waiting: count('waiting') };
  if (isJson) {
    process.stdout.write(`${JSON.stringify({ folder, ...counts, runs })}\n`);
    return;
  }
  const width = Math.max(...runs.map(({ slug }) => slug.length));
  for (const { slug, state, step } of runs) {
    process.stdout.write(`${slug.padEnd(width)}  ${state.padEnd('finished'.length)}  step ${step}\n`);
  }
  const { total, finished, begun, waiting } = counts;
  process.stdout.write(`${finished} of ${total} finished, ${begun} begun, ${waiting} waiting\n`);
}
