// A training state in this thread's memory: any engine computes its steps.
import { type Arrays, ASSIGNED } from '@flowvae/compiler';
import type { Engine } from '../engines/engine.ts';
import { GRADIENT, stepValues, withGradients } from '../steps/gradient-step.ts';
import { carryOut } from './carry-out.ts';
import { FlatParameters } from './flat-parameters.ts';
import { PARAMETERS, type Update } from './optimizer.ts';
import type { TrainingState, TrainingStateOptions } from './training-state.ts';

/** Opens the step at an engine; its gradients and assigned values land in the flat buffer. */
export async function localState(
  engine: Engine,
  { loss, variables, inputShapes, threads, slots }: TrainingStateOptions,
): Promise<TrainingState> {
  const parameters = new FlatParameters(variables, slots);
  const gradients = named(GRADIENT, parameters.gradients);
  const assigned = named(ASSIGNED, parameters.assigned);
  const into = Object.fromEntries([...gradients, ...assigned].map(({ output, array }) => [output, array]));
  const step = await engine.open(withGradients(loss, variables), inputShapes, { variables, threads, into });
  let waiting: Update = [];
  return {
    async run(arrays, update) {
      waiting = update;
      const outputs = await step.run({ ...arrays, ...parameters.values });
      // if this step gives no value, none of an earlier step stays
      for (const { output, array } of gradients) if (!landed(outputs[output], array)) array.fill(0);
      for (const { output, name, array } of assigned)
        if (!landed(outputs[output], array)) array.set(parameters.values[name]!);
      return stepValues(outputs);
    },
    assigned: () => parameters.assigned,
    commit() {
      carryOut(waiting, parameters);
      waiting = [];
      parameters.commit();
    },
    gradientNorm: () => parameters.gradientNorm(),
    readRegion: async (index) => (index === PARAMETERS ? parameters.values : parameters.region(index)),
    async writeRegion(index, values) {
      if (index === PARAMETERS) parameters.setValues(values);
      else for (const [name, view] of Object.entries(parameters.region(index))) view.set(values[name]!);
    },
    writeVariables: async () => parameters.writeVariables(),
    dispose: step.dispose,
  };
}

/** Whether the output exists; an output that the engine did not write in place is copied there. */
function landed(output: Float32Array | undefined, array: Float32Array): boolean {
  if (output && output !== array) array.set(output);
  return output !== undefined;
}

/** Arrays by variable, with the step's names for them. */
const named = (prefix: string, arrays: Arrays) =>
  Object.entries(arrays).map(([name, array]) => ({ name, output: prefix + name, array }));
