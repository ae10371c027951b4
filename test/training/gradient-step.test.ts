// One step on a VAE with planar*3: loss, terms and every gradient, compiled against eager.
import { runCounter } from '@flowvae/compiler';
import { type NamedVariables, tf } from '@flowvae/tensor';
import { FlatParameters, type TrainingProblem } from '@flowvae/training';
import { expect, it } from 'vitest';
import { type Engine, gradientStep } from '../../packages/training/src/steps/gradient-step.ts';
import { smallVae } from './problems.ts';

async function gradients(engine: Engine, { loss, inputShapes, batch }: TrainingProblem, variables: NamedVariables) {
  const parameters = new FlatParameters(variables, 0);
  const step = await gradientStep(engine, { loss, variables, parameters, inputShapes, threads: 1 });
  const values = await step.run(batch(0));
  await step.dispose();
  return { values, gradients: parameters.gradients };
}

it('computes the same loss, terms and gradients, and a gradient reaches every variable', async () => {
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
