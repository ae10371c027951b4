// All runs of a sweep by a runner, with one display.
import { ProgressLine, type ProgressStream } from '@flowvae/runs/plain';
import type { Job, Runner, SweepState } from '@flowvae/sweeps';
import { type PlannedTrial, runOf } from './sweep-folder.ts';
import { isFinished, isValidatedAt, lastStep } from './trial-state.ts';

/** Options of {@link runSweep}. */
export interface RunSweepOptions {
  readonly runner: Runner;
  readonly trials: readonly PlannedTrial[];
  /** The words of a process that does one job of this folder. */
  readonly commandOf: (job: Job, until?: number) => readonly string[];
  /** A step to which the runs are done; absent: to their end. */
  readonly until?: number;
  readonly progress: ProgressStream;
  readonly signal: AbortSignal;
}

/** Does all runs of a sweep that are not finished. */
export async function runSweep(folder: string, options: RunSweepOptions): Promise<SweepState> {
  const { runner, trials, commandOf, until, progress, signal } = options;
  const line = new ProgressLine(progress);
  const stepsOf = new Map(trials.map(({ slug, steps }) => [slug, steps]));
  const state = await runner.run(trials, {
    folder,
    commandOf: (job) => commandOf(job, until),
    signal,
    isDone: (job) => isDoneTo(runOf(folder, job), until),
    progressOf(job) {
      const steps = stepsOf.get(job.slug);
      const step = lastStep(runOf(folder, job));
      return step === steps ? 'evaluating' : `step ${step}/${steps}`;
    },
    onChange: (now) => line.show(shown(now)),
    tell: (text) => void progress.write(`${text}\n`),
  });
  line.show(shown(state), true);
  return state;
}

/** Whether a run has come to a step and has the validation there; absent: to its end. */
const isDoneTo = (run: string, until: number | undefined) =>
  isFinished(run) || (until !== undefined && isValidatedAt(run, until));

/** The number of finished runs, then each current one. */
function shown({ total, done, running, locked, failed, waiting }: SweepState): string[] {
  const failures = Object.keys(failed).length;
  const counts = [
    `${done}/${total} done`,
    ...(failures > 0 ? [`${failures} failed`] : []),
    ...(locked.length > 0 ? [`${locked.length} under way elsewhere`] : []),
    ...(waiting ? [waiting] : []),
  ];
  return [counts.join(', '), ...Object.entries(running).map(([slug, text]) => ` | ${slug}: ${text}`)];
}
