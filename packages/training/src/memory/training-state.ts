// What the training loop works on, wherever parameters and gradients live: in this thread, spread over several, or on a
// device.
import type { Arrays, InputShapes } from '@flowvae/compiler';
import type { NamedVariables } from '@flowvae/tensor';
import type { Loss, StepValues } from '../steps/gradient-step.ts';
import type { OptimizerTarget } from './optimizer.ts';

/** Values by variable name. */
export type ValuesByName = Readonly<Record<string, Float32Array>>;

/** Parameters, gradients and optimiser state of a run, and the step that computes the gradients. */
export interface TrainingState extends OptimizerTarget {
  /** Loss, terms and gradients at the current parameters. The arrays must not change until the promise resolves. */
  run(arrays: Arrays): Promise<StepValues>;
  /** What the last run gives to variables that are not trainable, by name. */
  assigned(): ValuesByName;
  /** Ends an update: the next run sees the new parameters, and what the last one assigned. */
  commit(): void;
  /**
   * The current values of a region by variable name: 0 all variables, 1 gradients, 2 and on the optimiser's. Valid
   * until the next call.
   */
  readRegion(index: number): Promise<ValuesByName>;
  /** Sets a region's values by variable name. */
  writeRegion(index: number, values: ValuesByName): Promise<void>;
  /** Gives the parameters to the variables, so that eager code sees them. */
  writeVariables(): Promise<void>;
  dispose(): Promise<void>;
}

/** What a state is made from. */
export interface TrainingStateOptions {
  readonly loss: Loss;
  readonly variables: NamedVariables;
  readonly inputShapes: InputShapes;
  /** Cores for one step. */
  readonly threads: number;
  /** Regions of optimiser state. */
  readonly slots: number;
  /** Inputs whose first axis is the batch, where loss and terms are means over it: threads may share its rows. */
  readonly batchInputs?: readonly string[];
}
