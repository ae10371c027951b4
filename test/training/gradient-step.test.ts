// One step on a VAE with planar*3: loss, terms and every gradient, compiled against eager.
import { runCounter } from '@flowvae/compiler';
import { type NamedVariables, tf } from '@flowvae/tensor';
import { type EngineName, engines, type TrainingProblem } from '@flowvae/training';
import { expect, it } from 'vitest';
import { localState } from '../../packages/training/src/memory/local-state.ts';
import { GRADIENTS } from '../../packages/training/src/memory/optimizer.ts';
import { smallVae } from './problems.ts';

async function gradients(engine: EngineName, { loss, inputShapes, batch }: TrainingProblem, variables: NamedVariables) {
  const state = await localState(engines[engine], { loss, variables, inputShapes, threads: 1, slots: 0 });
  const values = await state.run(batch(0), []);
  await state.dispose();
  return { values, gradients: await state.readRegion(GRADIENTS) };
}

it('a step computes the same loss, terms and gradients, and a gradient reaches every variable', async () => {
  const { problem, variables } = smallVae(5);
  // away from the identity start, where the heads' kernels are zero
  tf.tidy(() =>
    Object.values(variables).forEach(
      (variable, i) =>
        void variable.assign(tf.add(variable, tf.mul(0.3, tf.randomNormal(variable.shape, 0, 1, 'float32', i + 1)))),
    ),
  );
  const before = { runs: runCounter.runs, tensors: tf.memory().numTensors };
  const compiled = await gradients('compiled', problem, variables);
  expect(runCounter.runs).toBe(before.runs + 1);
  const eager = await gradients('eager', problem, variables);
  expect(runCounter.runs).toBe(before.runs + 1);
  expect(tf.memory().numTensors).toBe(before.tensors);
  expect(compiled.values.loss / eager.values.loss).toBeCloseTo(1, 5);
  for (const [name, gradient] of Object.entries(eager.gradients)) {
    const scale = gradient.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    expect([name, scale > 0]).toEqual([name, true]);
    const worst = gradient.reduce(
      (most, value, i) => Math.max(most, Math.abs(value - compiled.gradients[name]![i]!)),
      0,
    );
    expect(worst / scale).toBeLessThan(1e-4);
  }
});
