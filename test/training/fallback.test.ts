// Where ONNX Runtime cannot be loaded: training and evaluation go on eagerly, and the start says why.
import { standardNormal } from '@flowvae/distributions';
import { evaluateModel } from '@flowvae/evaluation';
import { key } from '@flowvae/random';
import { type Rank, tf } from '@flowvae/tensor';
import { type FitStart, fit, sgd } from '@flowvae/training';
import { expect, it, vi } from 'vitest';
import { quadratic, valuesOf } from './problems.ts';

vi.mock('../../packages/compiler/src/sessions/runtime.ts', async (original) => ({
  ...(await original<object>()),
  loadRuntime: async () => 'no native library for this platform',
}));

const fallback =
  'ONNX Runtime is not usable here (no native library for this platform); going on with the eager engine';

it('fit trains on the eager engine and tells onStart the reason', async () => {
  const { problem, variables } = quadratic([8], () => [0]);
  const starts: FitStart[] = [];
  const callbacks = [{ onStart: (start: FitStart) => void starts.push(start) }];
  const result = await fit({ ...problem, variables, optimizer: sgd(0.25), steps: 2, callbacks });
  expect(starts).toEqual([{ steps: 2, engine: 'eager', fallback }]);
  expect([result.engine, valuesOf(variables)]).toEqual(['eager', [2]]);
  tf.dispose(variables.w!);
});

it('an engine that was asked for by name needs no reason', async () => {
  const { problem, variables } = quadratic([8], () => [0]);
  const starts: FitStart[] = [];
  const callbacks = [{ onStart: (start: FitStart) => void starts.push(start) }];
  await fit({ ...problem, variables, optimizer: sgd(0.25), steps: 1, callbacks, engine: 'eager' });
  expect(starts).toEqual([{ steps: 1, engine: 'eager' }]);
  tf.dispose(variables.w!);
});

it('evaluate falls back as well', async () => {
  const normal = standardNormal(1);
  const model = { prior: normal, posterior: normal, likelihood: () => tf.zeros<Rank.R1>([5]) };
  const data = { count: 2, width: 1, row: () => new Float32Array(1) };
  const { nll } = await evaluateModel({
    variables: {},
    modelAt: () => model,
    noise: normal.noise,
    data,
    samples: 5,
    key: key(0),
  });
  expect(nll).toBeCloseTo(0, 6); // prior and posterior cancel, the likelihood is 1
});
