// How far a sweep has come.

/** The state of a sweep. */
export interface SweepState {
  readonly total: number;
  /** Finished jobs, earlier ones included. */
  readonly done: number;
  /** Slugs of the current jobs, with their progress in a few words. */
  readonly running: Readonly<Record<string, string>>;
  /** Slugs of jobs that other processes are doing. */
  readonly locked: readonly string[];
  /** The message of each failed job, by its slug. */
  readonly failed: Readonly<Record<string, string>>;
  /** Jobs that a scheduler has not started, in its words. */
  readonly waiting?: string;
}
