// The events of a training run, for its watchers.

import type { NonFiniteError } from '../finite/non-finite.ts';
import type { HistoryEntry } from './history.ts';
import type { RunState } from './run-state.ts';

/** Facts about a run at its start. */
export interface FitStart {
  readonly steps: number;
  /** The kind of the running engine. */
  readonly engine: string;
  /** Why it is not the requested engine, as a sentence. */
  readonly fallback?: string;
  /** Why several threads share the operators of a step, although the loss is said to be a mean over rows. */
  readonly rowsTogether?: string;
  /** Earlier steps, if the run continues from a state. */
  readonly from?: number;
}

/** A moment between two steps. */
export interface Moment {
  /** Steps done. */
  readonly step: number;
  /** A copy of the complete state for continuing from here. */
  state(): Promise<RunState>;
  /** Assigns the parameters' values to the variables, so that eager code and `evaluate` see them. */
  writeVariables(): Promise<void>;
  /** Does no further step. */
  stop(): void;
}

/** Methods called at a run's events; all are optional. A promise is awaited. */
export interface Callback {
  onStart?(start: FitStart, moment: Moment): void | Promise<void>;
  onEntry?(entry: HistoryEntry): void | Promise<void>;
  /** After each step, and after the history entry that the step completes. */
  onStep?(moment: Moment): void | Promise<void>;
  /**
   * Whether `onStep` has to be called after this number of steps; absent: after each step. Where numbers lie on a
   * device, other steps may pass without a call, and their numbers stay there. It is asked up to 64 steps ahead.
   */
  needsStep?(step: number): boolean;
  /**
   * Once, after the last step: of all, before a stop, or before the step that failed. An entry that a stop interrupts
   * comes later: a run that continues from this moment completes it.
   */
  onEnd?(moment: Moment, failure?: NonFiniteError): void | Promise<void>;
}
