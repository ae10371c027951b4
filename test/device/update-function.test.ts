// Updates as graphs of a device against the independent float64 trajectories of optimisers, and against the passes of
// this machine.
import { type Tensor, tf } from '@flowvae/tensor';
import { adam, chainOptimizers, clipByGlobalNorm, FlatParameters, type Optimizer, sgd } from '@flowvae/training';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { structureOf, updateFunction, varyingOf } from '../../packages/training/src/device/update-function.ts';
import { carryOut } from '../../packages/training/src/memory/carry-out.ts';
import { optimizerOf, reference, worstDeviation } from '../training/reference-rows.ts';

/** Parameters and slots, as plain arrays. */
interface Held {
  parameters: number[];
  slots: number[][];
}

/** One step of the function; returns the norm. */
function move(held: Held, gradients: readonly number[], optimizer: Optimizer, step: number): number {
  const update = optimizer.updateAt({ step });
  return tf.tidy(() => {
    const inputs: Record<string, Tensor> = {
      parameters: tf.tensor1d(held.parameters),
      gradients: tf.tensor1d([...gradients]),
    };
    for (const [slot, values] of held.slots.entries()) inputs[`slot:${slot}`] = tf.tensor1d(values);
    for (const [index, value] of varyingOf(update).entries()) inputs[`varying:${index}`] = tf.scalar(value);
    const outputs = updateFunction(update, held.slots.length)(inputs);
    held.parameters = [...outputs.parameters!.dataSync()];
    held.slots = held.slots.map((_, slot) => [...outputs[`slot:${slot}`]!.dataSync()]);
    return outputs.gradientNorm!.dataSync()[0]!;
  });
}

const begun = (start: ArrayLike<number>, { slots }: Optimizer): Held => ({
  parameters: Array.from(start),
  slots: Array.from({ length: slots }, () => Array.from(start, () => 0)),
});

beforeEach(() => tf.engine().startScope());
afterEach(() => tf.engine().endScope());

it.each(reference.cases.map((row) => [row.name, row] as const))('%s follows the reference', (_, row) => {
  const optimizer = optimizerOf(row);
  const held = begun(reference.start, optimizer);
  const worst = worstDeviation(row, (gradients, step) => {
    move(held, gradients, optimizer, step);
    return held.parameters;
  });
  expect(worst).toBeLessThan(2e-5);
});

it('a chain clips twice by the norm of then, reports the first norm, and moves each optimiser’s own state', () => {
  const optimizer = chainOptimizers(clipByGlobalNorm(2), sgd(0.1, { momentum: 0.5 }), clipByGlobalNorm(1), adam(0.1));
  const start = [1, -2, 3, 0.5];
  const gradients = [3, -4, 0, 12];
  const held = begun(start, optimizer);
  const variables = { w: tf.variable(tf.tensor1d(start)) };
  const parameters = new FlatParameters(variables, optimizer.slots);
  for (let step = 0; step < 3; step++) {
    expect(move(held, gradients, optimizer, step)).toBeCloseTo(13, 5);
    parameters.gradients.w!.set(gradients);
    carryOut(optimizer.updateAt({ step }), parameters);
  }
  for (const [i, value] of held.parameters.entries()) expect(value).toBeCloseTo(parameters.values.w![i]!, 5);
  for (const [slot, values] of held.slots.entries()) {
    for (const [i, value] of values.entries()) expect(value).toBeCloseTo(parameters.region(2 + slot).w![i]!, 5);
  }
});

it('structureOf is the same at all steps, and another for another optimiser', () => {
  const at = (optimizer: Optimizer, step: number) => structureOf(optimizer.updateAt({ step }));
  expect(at(adam(0.1), 7)).toBe(at(adam(0.1), 0));
  expect(at(adam(0.2), 7)).toBe(at(adam(0.1), 0));
  expect(at(adam(0.1, { beta1: 0.8 }), 0)).not.toBe(at(adam(0.1), 0));
  expect(at(chainOptimizers(clipByGlobalNorm(1), adam(0.1)), 0)).not.toBe(
    at(chainOptimizers(clipByGlobalNorm(2), adam(0.1)), 0),
  );
});
