// What the training loop works on, wherever parameters and gradients live: in this thread, or spread over several.
import type { Arrays } from '@flowvae/compiler';
import type { NamedVariables } from '@flowvae/tensor';
import { type Engine, type GradientStepOptions, gradientStep, type StepValues } from '../steps/gradient-step.ts';
import { FlatParameters } from './flat-parameters.ts';
import { type OptimizerTarget, PARAMETERS } from './optimizer.ts';

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
  /** The current values of a region by variable name: 0 all variables, 1 gradients, 2 and on the optimiser's. Valid until the next call. */
  readRegion(index: number): Promise<ValuesByName>;
  /** Sets a region's values by variable name. */
  writeRegion(index: number, values: ValuesByName): Promise<void>;
  /** Gives the parameters to the variables, so that eager code sees them. */
  writeVariables(): Promise<void>;
  dispose(): Promise<void>;
}

/** What a state is made from. */
export interface TrainingStateOptions extends Omit<GradientStepOptions, 'parameters'> {
  readonly variables: NamedVariables;
  /** Regions of optimiser state. */
  readonly slots: number;
}

/** A state in this thread's memory. */
export async function localState(engine: Engine, options: TrainingStateOptions): Promise<TrainingState> {
  const parameters = new FlatParameters(options.variables, options.slots);
  const step = await gradientStep(engine, { ...options, parameters });
  return {
    run: step.run,
    assigned: () => parameters.assigned,
    commit: () => parameters.commit(),
    gradientNorm: () => parameters.gradientNorm(),
    sweep: (pass, regions, scalars) => parameters.sweep(pass, regions, scalars),
    readRegion: async (index) => (index === PARAMETERS ? parameters.values : parameters.region(index)),
    async writeRegion(index, values) {
      if (index === PARAMETERS) parameters.setValues(values);
      else for (const [name, view] of Object.entries(parameters.region(index))) view.set(values[name]!);
    },
    writeVariables: async () => parameters.writeVariables(),
    dispose: step.dispose,
  };
}
