// The step of every flow and of models of pictures on the device: loss, terms and gradients of processors, and no node
// that falls back to them.
import { tf } from '@flowvae/tensor';
import { adam, engines } from '@flowvae/training';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { deviceState } from '../../packages/training/src/device/device-state.ts';
import { deviceStep } from '../../packages/training/src/device/device-step.ts';
import { localState } from '../../packages/training/src/memory/local-state.ts';
import { GRADIENTS } from '../../packages/training/src/memory/optimizer.ts';
import type { TrainingState } from '../../packages/training/src/memory/training-state.ts';
import { isMissing, opensOnDeviceAlone, without } from './card.ts';
import { formulas, pictureCases, type StepCase, stepCase } from './step-cases.ts';

const update = adam(1e-2).updateAt({ step: 0 });

const optionsOf = ({ problem, variables }: StepCase) => ({ ...problem, variables, threads: 1, slots: 2 });

const cases = [
  ...formulas.map((formula) => [formula, () => stepCase(formula)] as const),
  ...Object.entries(pictureCases),
];

/** The largest magnitude; of more numbers than a call takes. */
const largestOf = (numbers: readonly number[]) => numbers.reduce((most, x) => Math.max(most, Math.abs(x)), 0);

/** Loss, terms and gradients of the first step. */
async function firstStep(state: TrainingState, { problem }: StepCase) {
  const values = await state.run(problem.batch(0), update);
  const gradients = Object.values(await state.readRegion(GRADIENTS)).flatMap((array) => [...array]);
  const norm = state.gradientNorm();
  await state.dispose();
  return { numbers: [values.loss, ...Object.values(values.terms), norm], gradients };
}

beforeEach(() => tf.engine().startScope());
afterEach(() => tf.engine().endScope());

describe.skipIf(isMissing)(`a device${without}`, () => {
  it.each(cases)('%s has the loss and the gradients of processors, and leaves no node to them', async (_, make) => {
    const each = make();
    await opensOnDeviceAlone(deviceStep(optionsOf(each), update).graph);
    const here = await firstStep(await localState(engines.compiled, optionsOf(each)), each);
    const there = await firstStep(deviceState(optionsOf(each)), each);
    const scale = largestOf(here.gradients);
    const worst = largestOf(here.gradients.map((value, i) => value - there.gradients[i]!));
    expect(worst / scale).toBeLessThan(1e-5);
    const largest = largestOf(here.numbers); // a log-det may be 0
    for (const [i, value] of here.numbers.entries()) {
      expect(Math.abs(there.numbers[i]! - value) / largest).toBeLessThan(1e-5);
    }
  });
});
