// Independent runs, several at a time: runs with a result are skipped, and a failed one does not stop the others.

/** Something to be done, with a name. */
export interface Job {
  readonly slug: string;
}

/** How a job ended; locked: another process is doing it. */
export type Ending = 'done' | 'stopped' | 'locked' | { readonly failed: string };

/** Options of {@link sweep}. */
export interface SweepOptions<J extends Job> {
  /** At most this many at once. */
  readonly jobs: number;
  readonly isDone: (job: J) => boolean;
  readonly run: (job: J) => Promise<Ending>;
  readonly signal: AbortSignal;
  /** Called whenever a job begins or ends. */
  readonly onChange?: (state: SweepState) => void;
}

/** The state of a sweep. */
export interface SweepState {
  readonly total: number;
  /** Finished, earlier ones included. */
  readonly done: number;
  readonly running: readonly string[];
  /** Jobs that other processes are doing. */
  readonly locked: readonly string[];
  /** The message of each failed job. */
  readonly failed: Readonly<Record<string, string>>;
}

/** Does all jobs that have no result yet, in their order. */
export async function sweep<J extends Job>(jobs: readonly J[], options: SweepOptions<J>): Promise<SweepState> {
  const { isDone, run, signal, onChange } = options;
  const waiting = jobs.filter((job) => !isDone(job));
  const running = new Set<string>();
  const failed: Record<string, string> = {};
  const locked: string[] = [];
  let done = jobs.length - waiting.length;
  const state = (): SweepState => ({
    total: jobs.length,
    done,
    running: [...running],
    locked: [...locked],
    failed: { ...failed },
  });
  const worker = async () => {
    for (let job = waiting.shift(); job && !signal.aborted; job = waiting.shift()) {
      running.add(job.slug);
      onChange?.(state());
      const ending = await run(job).catch((error: unknown) => ({ failed: String(error) }));
      running.delete(job.slug);
      if (ending === 'done') done++;
      else if (ending === 'locked') locked.push(job.slug);
      else if (ending !== 'stopped') failed[job.slug] = ending.failed;
      onChange?.(state());
    }
  };
  await Promise.all(Array.from({ length: Math.min(options.jobs, waiting.length) }, worker));
  return state();
}
