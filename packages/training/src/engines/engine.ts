// A way to run traced functions: kernel by kernel, as one graph on ONNX Runtime, or by a user's own engine.
import type { Arrays, InputShapes, Traceable } from '@flowvae/compiler';
import type { NamedVariables } from '@flowvae/tensor';
import type { TrainingState, TrainingStateOptions } from '../memory/training-state.ts';

/** Options of running functions. */
export interface EngineOptions {
  readonly variables?: NamedVariables;
  /** Cores, for one run or for several side by side. Default 1. */
  readonly threads?: number;
  /**
   * Whether an engine may build the variables' values into its graph, for many runs with the same values: convolutions
   * with known weights are faster, and numbers may differ in the last places. Default false.
   */
  readonly embedsVariables?: boolean;
}

/** Options of opening one function. */
export interface OpenOptions extends EngineOptions {
  /**
   * Arrays that each run writes outputs into, by name; for an output without one, the next run may overwrite the array
   * of this run. Without the option, every run returns new arrays.
   */
  readonly into?: Arrays;
}

/** A function ready to run at fixed shapes. */
export interface OpenFunction {
  /**
   * Runs once, and ends before the next run begins. The variables themselves keep their values.
   *
   * @param values inputs by name, and variables by name; a missing variable has its current value. No array may change
   * until the promise resolves
   * @returns outputs by name, and as `assigned:w` the value that the function assigned to the variable `w`
   */
  run(values: Arrays): Promise<Arrays>;
  dispose(): Promise<void>;
}

/** Functions of arrays, by name, whose runs do not depend on each other. */
export interface FunctionsRunner<Name extends string> {
  /** The number of concurrent runs that makes use of all threads. */
  readonly width: number;
  /** The most rows, up to `most`, that a run computes within about {@link RUN_BYTES}; at least 1. */
  rowsWithin(name: Name, most: number, shapesOf: (rows: number) => InputShapes): number;
  /** The arrays may change after the call returns. */
  run(name: Name, arrays: Arrays, shapes: InputShapes): Promise<Arrays>;
  dispose(): Promise<void>;
}

/**
 * Runs traced functions. `kind` and `open` suffice: training then keeps its state in this thread, and runs of
 * evaluation take turns. A missing method is a missing capability.
 */
export interface Engine {
  readonly kind: string;
  /** Why the engine cannot be used here, as the beginning of a sentence; undefined if it can. */
  unusable?(): Promise<string | undefined>;
  /**
   * Opens a function at fixed shapes.
   *
   * @throws TraceError if the function cannot be traced, for engines that trace
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
   * @returns the state; undefined without one, or why the rows of a batch cannot be shared although this was
   *   requested
   */
  trainingState?(options: TrainingStateOptions): Promise<TrainingState | string | undefined>;
}
