// A job and its end.

/** One run of a sweep. */
export interface Job {
  /** Names the run, its folder and its log: letters, digits, `-`, `_` and `.`. */
  readonly slug: string;
  /** The place in the sweep's list, from 0. A process that does one job alone is told this number. */
  readonly index: number;
}

/**
 * How a job ended. `stopped`: it left a checkpoint and can go on. `locked`: another process is doing it.
 */
export type Ending = 'done' | 'stopped' | 'locked' | { readonly failed: string };
