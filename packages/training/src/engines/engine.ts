// A way to run traced functions: kernel by kernel, as one graph on ONNX Runtime, or another that somebody brings.
import type { Arrays, InputShapes, Traceable } from '@flowvae/compiler';
import type { NamedVariables } from '@flowvae/tensor';
import type { TrainingState, TrainingStateOptions } from '../memory/training-state.ts';

/** What functions use. */
export interface EngineOptions {
  readonly variables?: NamedVariables;
  /** Cores, for one run or for several side by side. Default 1. */
  readonly threads?: number;
}

/** How one function is opened. */
export interface OpenOptions extends EngineOptions {
  /**
   * Arrays that each run writes outputs into, by name; of an output that has none, the next run may write over the
   * array that this one gave. Without the option, every run gives arrays of its own.
   */
  readonly into?: Arrays;
}

/** A function that is ready to run at fixed shapes. */
export interface OpenFunction {
  /**
   * Runs once, and ends before the next run begins. The variables themselves keep their values.
   *
   * @param values inputs by name, and variables by name; a variable that is left out has the value that it holds. None
   * may change until the promise resolves
   * @returns outputs by name, and as `assigned:w` the value that the function assigned to the variable `w`
   */
  run(values: Arrays): Promise<Arrays>;
  dispose(): Promise<void>;
}

/** Functions of arrays, by name, whose runs do not depend on each other. */
export interface FunctionsRunner<Name extends string> {
  /** Runs that are worth having under way at once. */
  readonly width: number;
  /** The most rows, up to `most`, that a run computes within {@link RUN_BYTES}; at least 1. */
  rowsWithin(name: Name, most: number, shapesOf: (rows: number) => InputShapes): number;
  /** The arrays may change as soon as it returns. */
  run(name: Name, arrays: Arrays, shapes: InputShapes): Promise<Arrays>;
  dispose(): Promise<void>;
}

/**
 * Runs traced functions. `kind` and `open` are enough: training then keeps its state in this thread, and runs of
 * evaluation take turns. A method that is left out is a capability that the engine does not have.
 */
export interface Engine {
  readonly kind: string;
  /** Why it cannot be used here, as the beginning of a sentence; undefined where it can. */
  unusable?(): Promise<string | undefined>;
  /**
   * Opens a function at fixed shapes.
   *
   * @throws TraceError where the function cannot be traced, by engines that trace
   */
  open(fn: Traceable, shapes: InputShapes, options?: OpenOptions): Promise<OpenFunction>;
  /** Opens functions whose runs are spread over threads. */
  spread?<Name extends string>(
    functions: Readonly<Record<Name, Traceable>>,
    options: EngineOptions,
  ): Promise<FunctionsRunner<Name>>;
  /**
   * A training state of the engine's own, on several threads or on a device.
   *
   * @returns otherwise undefined, or why the rows of a batch cannot be shared although they were to be
   */
  trainingState?(options: TrainingStateOptions): Promise<TrainingState | string | undefined>;
}
