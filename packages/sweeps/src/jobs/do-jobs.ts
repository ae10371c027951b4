// Independent jobs, several at a time: jobs with a result are skipped, and a failed one does not stop the others.
import type { Ending, Job } from './job.ts';
import type { RunnerContext } from './runner.ts';
import type { SweepState } from './sweep-state.ts';

/** Options of {@link doJobs}. */
export interface DoJobsOptions<J extends Pick<Job, 'slug'>> extends Pick<RunnerContext, 'signal' | 'onChange'> {
  /** At most this many at once. */
  readonly jobs: number;
  readonly isDone: (job: J) => boolean;
  readonly run: (job: J) => Promise<Ending>;
  /** Waits until a further job may begin beside the current ones. Default: at once. */
  readonly admission?: (running: number) => Promise<void>;
  readonly progressOf?: ((job: J) => string | undefined) | undefined;
}

/** How often progress is shown, in milliseconds. */
const REFRESH = 1000;

/** Does all jobs that have no result yet, in their order. */
export async function doJobs<J extends Pick<Job, 'slug'>>(
  jobs: readonly J[],
  options: DoJobsOptions<J>,
): Promise<SweepState> {
  const { isDone, run, signal, onChange, admission, progressOf } = options;
  const waiting = jobs.filter((job) => !isDone(job));
  const running = new Set<J>();
  const failed: Record<string, string> = {};
  const locked: string[] = [];
  let done = jobs.length - waiting.length;
  const state = (): SweepState => ({
    total: jobs.length,
    done,
    running: Object.fromEntries([...running].map((job) => [job.slug, progressOf?.(job) ?? 'starting'])),
    locked: [...locked],
    failed: { ...failed },
  });
  const tell = () => onChange?.(state());
  const worker = async () => {
    while (waiting.length > 0 && !signal.aborted) {
      await admission?.(running.size);
      const job = signal.aborted ? undefined : waiting.shift();
      if (!job) return;
      running.add(job);
      tell();
      const ending = await run(job).catch((error: unknown) => ({ failed: String(error) }));
      running.delete(job);
      if (ending === 'done') done++;
      else if (ending === 'locked') locked.push(job.slug);
      else if (ending !== 'stopped') failed[job.slug] = ending.failed;
      tell();
    }
  };
  tell();
  const timer = setInterval(tell, REFRESH);
  try {
    await Promise.all(Array.from({ length: Math.min(options.jobs, waiting.length) }, worker));
  } finally {
    clearInterval(timer);
  }
  return state();
}
