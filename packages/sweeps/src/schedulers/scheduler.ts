// The few things that a sweep asks of a cluster's scheduler. Another scheduler is one implementation.

/** One job of an array. */
export interface ArrayTask {
  /** Its number in the array, from 0. */
  readonly number: number;
  /** Names the job and its log. */
  readonly slug: string;
  /** The words of the process. Its exit codes are those of a runner's command. */
  readonly command: readonly string[];
}

/** Jobs that are submitted together. */
export interface JobArray {
  /** No other array has it; letters, digits, `-`, `_` and `.`. */
  readonly name: string;
  readonly tasks: readonly ArrayTask[];
  /** The sweep's folder, absolute. Output is appended to `logs/<slug>.log`; scripts go into a folder of their own. */
  readonly folder: string;
  /** The folder that the processes start in, absolute. */
  readonly workFolder: string;
  /** At most so many at once; absent: as many as the cluster takes. */
  readonly jobs?: number | undefined;
}

/**
 * How far a task is. `waiting`: for its first start or for a further one. `ending`: its processes end; `waiting` may
 * follow. `done`: exit code 0. `failed`: another exit
 * code. `stopped`: something else ended it, so it can go on.
 */
export type TaskPhase = 'waiting' | 'running' | 'ending' | 'done' | 'failed' | 'stopped';

/** The state of a task. */
export interface TaskState {
  readonly phase: TaskPhase;
  /** The task's name and state in the scheduler's words. */
  readonly id: string;
  readonly text: string;
}

/**
 * A cluster's scheduler. It asks a task by SIGUSR2 to stop before its time limit, and starts it again until it ends
 * by itself; also when another process does the job (exit code 75).
 */
export interface Scheduler {
  /** A word for it. */
  readonly name: string;
  /** One more than the greatest number of a task. */
  mostTasks(): Promise<number>;
  /** Submits an array. @returns its id, for people @throws ExpectationError if the scheduler refuses it */
  submit(array: JobArray): Promise<string>;
  /** The tasks that the scheduler knows, by their numbers; long ended ones may be missing. */
  states(name: string): Promise<ReadonlyMap<number, TaskState>>;
  /** Ends all tasks of an array by SIGTERM; none is started again. */
  cancel(name: string): Promise<void>;
}
