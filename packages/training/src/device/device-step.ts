// The step on a graphics card as one graph: loss, gradients, clipping, update, and a record of the numbers of the last
// steps.
import {
  ASSIGNED,
  chainGraphs,
  forDevice,
  type Graph,
  type InputShapes,
  packOutputs,
  packVariables,
  traceGraph,
} from '@flowvae/compiler';
import { tf } from '@flowvae/tensor';
import { trainableOf } from '../memory/non-trainable.ts';
import type { Update } from '../memory/optimizer.ts';
import type { TrainingStateOptions } from '../memory/training-state.ts';
import { GRADIENT, withGradients } from '../steps/gradient-step.ts';
import {
  GRADIENT_VALUES,
  PARAMETER_VALUES,
  scalarName,
  slotName,
  updateFunction,
  varyingOf,
} from './update-function.ts';

/**
 * Loss, terms and gradient norm of the last steps side by side, a vector that each step moves on: one array comes back
 * from the device, not one for each number, and no array for each step.
 */
export const RECORD = 'record';

/** Steps in the record. */
export const RECORDED = 64;

/**
 * A step on the device as one graph. Its inputs are those of the loss, the flat vectors of the parameters and of the
 * optimiser's slots, the record, and the update's varying scalars; its outputs are the new vectors, the gradients and
 * the new record.
 */
export interface DeviceStep {
  readonly graph: Graph;
  /** Names of a step's numbers, in their order in the record. */
  readonly numbers: readonly string[];
}

/** Joins the traced step with the update. */
export function deviceStep({ loss, variables, inputShapes, slots }: TrainingStateOptions, update: Update): DeviceStep {
  const trained = Object.entries(trainableOf(variables)).map(([name, { size }]) => ({ name, size }));
  const length = trained.reduce((sum, { size }) => sum + size, 0);
  const step = traceGraph(withGradients(loss, variables), inputShapes, { variables, isForDevice: true });
  const gradients = trained.map(({ name, size }) => ({ name: GRADIENT + name, size }));
  const flat = packOutputs(packVariables(step, trained, PARAMETER_VALUES), gradients, GRADIENT_VALUES);
  const whole = chainGraphs(flat, updateGraph(update, slots, length));
  // a scalar that the loss assigns to a variable is no number of the step
  const numbers = whole.outputs
    .filter(({ name, value }) => value.shape.length === 0 && !name.startsWith(ASSIGNED))
    .map(({ name }) => name);
  return { graph: forDevice(recorded(whole, numbers)), numbers };
}

function updateGraph(update: Update, slots: number, length: number): Graph {
  const vectors = [PARAMETER_VALUES, GRADIENT_VALUES, ...Array.from({ length: slots }, (_, slot) => slotName(slot))];
  const shapes: InputShapes = Object.fromEntries([
    ...vectors.map((name) => [name, [length]] as const),
    ...varyingOf(update).map((_, index) => [scalarName(index), []] as const),
  ]);
  return traceGraph(updateFunction(update, slots), shapes, { isForDevice: true });
}

/** A graph whose numbers go to the end of the record, while those of the oldest step leave it. */
function recorded(graph: Graph, numbers: readonly string[]): Graph {
  const kept = 'kept';
  const size = (RECORDED - 1) * numbers.length;
  const moved = traceGraph(
    ({ record }) => ({ [kept]: tf.slice(record!, [numbers.length], [size]) }),
    { [RECORD]: [RECORDED * numbers.length] },
    { isForDevice: true },
  );
  const parts = [{ name: kept, size }, ...numbers.map((name) => ({ name, size: 1 }))];
  return packOutputs(chainGraphs(graph, moved), parts, RECORD);
}
