// The state that the training loop works on, at any place: in this thread, spread over several, or on a device.
import type { Arrays, InputShapes } from '@flowvae/compiler';
import type { NamedVariables } from '@flowvae/tensor';
import type { Loss, StepValues } from '../steps/gradient-step.ts';
import type { Update } from './optimizer.ts';

/** Values by variable name. */
export type ValuesByName = Readonly<Record<string, Float32Array>>;

/** The numbers of a step that is done. */
export interface StepNumbers extends StepValues {
  /** Euclidean norm of all gradients together, not clipped. */
  readonly gradientNorm: number;
}

/** Steps that take their updates one after the other, while their numbers wait where they were computed. */
export interface StepsAhead {
  /** The most steps of a stretch; 1 if a step's numbers may not wait. */
  most(): number;
  /** Does a step and makes its update. The arrays must not change until the promise resolves. */
  advance(arrays: Arrays, update: Update): Promise<void>;
  /**
   * The numbers of the last `count` steps, oldest first, all of those since the last call. If a number is not finite:
   * undefined, and the state is the one before the first of these steps.
   */
  settle(count: number): Promise<readonly StepNumbers[] | undefined>;
}

/** Parameters, gradients and optimiser state of a run, and the step that computes the gradients. */
export interface TrainingState {
  /**
   * Loss, terms and gradients at the current parameters, and an update that waits for {@link commit}. The arrays must
   * not change until the promise resolves.
   */
  run(arrays: Arrays, update: Update): Promise<StepValues>;
  /** Absent where the numbers of each step are at hand. */
  readonly ahead?: StepsAhead;
  /** Before {@link commit}: Euclidean norm of the last run's gradients together, not clipped. */
  gradientNorm(): number;
  /**
   * Before {@link commit}: whether the update would make a parameter that is not finite, where no later loss may show
   * it. Absent where every loss does.
   */
  breaksParameters?(): boolean;
  /** The last run's values for variables that are not trainable, by name. */
  assigned(): ValuesByName;
  /** Makes the last run's update, once: the next run uses the new parameters and the assigned values. */
  commit(): void;
  /**
   * The current values of a region by variable name: 0 all variables, 1 gradients, 2 and on the optimiser's. Valid
   * until the next call.
   */
  readRegion(index: number): Promise<ValuesByName>;
  /** Sets a region's values by variable name. */
  writeRegion(index: number, values: ValuesByName): Promise<void>;
  /** Assigns the parameters to the variables, so that eager code sees them. */
  writeVariables(): Promise<void>;
  dispose(): Promise<void>;
}

/** The options of making a state. */
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
