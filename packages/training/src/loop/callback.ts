// What a training run tells those who watch it.

import type { NonFiniteError } from '../finite/non-finite.ts';
import type { HistoryEntry } from './history.ts';
import type { RunState } from './run-state.ts';

/** What a run looks like when it starts. */
export interface FitStart {
  readonly steps: number;
  /** The kind of the engine that runs. */
  readonly engine: string;
  /** Why it is not the engine that was asked for, as a sentence. */
  readonly fallback?: string;
  /** Why several threads share the operators of a step, although the loss is said to be a mean over rows. */
  readonly rowsTogether?: string;
  /** Steps done before, where the run goes on from a state. */
  readonly from?: number;
}

/** A moment between two steps. */
export interface Moment {
  /** Steps done. */
  readonly step: number;
  /** A copy of all that is needed to go on from here. */
  state(): Promise<RunState>;
  /** Gives the parameters' values to the variables, so that eager code and `evaluate` see them. */
  writeVariables(): Promise<void>;
  /** Does no further step. */
  stop(): void;
}

/** Told what happens; every method may be left out. A promise is awaited. */
export interface Callback {
  onStart?(start: FitStart, moment: Moment): void | Promise<void>;
  onEntry?(entry: HistoryEntry): void | Promise<void>;
  /** After each step, and after the entry that it completes. */
  onStep?(moment: Moment): void | Promise<void>;
  /**
   * Once, after the last step: of all, before a stop, or before the step that failed. An entry over a stretch that a
   * stop cut short comes later, for a run that goes on from this moment will complete it.
   */
  onEnd?(moment: Moment, failure?: NonFiniteError): void | Promise<void>;
}
