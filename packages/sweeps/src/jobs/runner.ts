// The one thing that a sweep asks of a machine or a cluster.
import type { Job } from './job.ts';
import type { SweepState } from './sweep-state.ts';

/** The jobs as a runner sees them. */
export interface RunnerContext {
  /** The sweep's folder: the runner keeps its logs and its records there. */
  readonly folder: string;
  /**
   * The command that does one job in a process of its own. Exit codes: 0 done; 128 + a signal's number stopped, it can
   * go on; 75 another process is doing it; any other failed.
   */
  readonly commandOf: (job: Job) => readonly string[];
  /** Whether a job has its result. It is asked anew after each job. */
  readonly isDone: (job: Job) => boolean;
  /** How far a current job is, in a few words. */
  readonly progressOf?: (job: Job) => string | undefined;
  /** Asks for a stop that leaves every job able to go on. */
  readonly signal: AbortSignal;
  /** Called whenever a job begins or ends, and now and then between. */
  readonly onChange?: (state: SweepState) => void;
  /** Takes a line for the user. */
  readonly tell?: (line: string) => void;
}

/** Where and how jobs run. */
export interface Runner {
  /** A word for it. */
  readonly name: string;
  /** Whether jobs go on after a stop of the runner. Default false: it stops them. */
  readonly outlives?: boolean;
  /** Does all jobs that are not done; one that fails does not stop the others. */
  run(jobs: readonly Job[], context: RunnerContext): Promise<SweepState>;
}
