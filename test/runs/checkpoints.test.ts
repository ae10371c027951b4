// The content of checkpoints, which are kept and when they are written.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beginRun, validating } from '@flowvae/runs';
import { decodeSafetensors, tf } from '@flowvae/tensor';
import { adam, fit, sgd } from '@flowvae/training';
import { beforeEach, describe, expect, it } from 'vitest';
import { quadratic, valuesOf } from '../training/problems.ts';
import { freshPath, options } from './durable-training.ts';

let path: string;
beforeEach(() => {
  path = freshPath();
});

describe('a checkpoint', () => {
  it('names parameters by variable and the optimiser’s slots under a prefix, with their shapes', async () => {
    const { problem, variables } = quadratic([5, -3], () => [1, 2]);
    const run = beginRun(path, options);
    await fit({ ...problem, variables, optimizer: adam(0.1), steps: 4, callbacks: run.callbacks });
    run.close();
    const file = join(path, 'checkpoints', 'step-000000004.safetensors');
    const { tensors, metadata } = decodeSafetensors(readFileSync(file), file);
    expect(Object.entries(tensors).map(([name, { shape }]) => [name, shape])).toEqual([
      ['w', [2]],
      ['optimizer/m/w', [2]],
      ['optimizer/v/w', [2]],
    ]);
    expect([...tensors.w!.values]).toEqual(valuesOf(variables));
    expect(metadata).toMatchObject({ step: '4' });
    expect(JSON.parse(readFileSync(file.replace('safetensors', 'json'), 'utf8'))).toMatchObject({
      step: 4,
      config: options.config,
      versions: options.versions,
      metrics: { bytes: expect.any(Number) },
    });
    tf.dispose(variables.w!);
  });

  it('is kept where it is one of the last, or the best by validation', async () => {
    const { problem, variables } = quadratic([5], () => [0]);
    const run = beginRun(path, { ...options, keepCheckpoints: 3 });
    const bounds: Record<number, number> = { 6: -3, 12: -1, 18: -2 };
    const validation = validating(run, { every: 6, measure: async () => ({ elbo: bounds[validationStep()]! }) });
    const validationStep = () => 6 * (run.validations.length + 1);
    await fit({ ...problem, variables, optimizer: sgd(0.1), steps: 23, callbacks: [validation, ...run.callbacks] });
    run.close();
    const steps = readdirSync(join(path, 'checkpoints')).flatMap(
      (name) => /^step-0*(\d+)\.json$/.exec(name)?.[1] ?? [],
    );
    expect(steps.map(Number)).toEqual([12, 16, 20, 23]);
    expect(run.best()?.step).toBe(12);
    tf.dispose(variables.w!);
  });

  it('is written by time where no number of steps is given, and at the end', async () => {
    const { problem, variables } = quadratic([5], () => [0]);
    const run = beginRun(path, { config: {} });
    const seen: string[][] = [];
    const look = { onStep: () => void seen.push(readdirSync(join(path, 'checkpoints'))) };
    await fit({ ...problem, variables, optimizer: sgd(0.1), steps: 5, callbacks: [...run.callbacks, look] });
    run.close();
    expect(seen.flat()).toEqual([]);
    expect(readdirSync(join(path, 'checkpoints'))).toEqual(['step-000000005.json', 'step-000000005.safetensors']);
    tf.dispose(variables.w!);
  });

  it('does not take a variable for one of the optimiser’s', async () => {
    const variables = { 'optimizer/v/w': tf.variable(tf.tensor1d([1])) };
    const run = beginRun(path, options);
    const loss = () => {
      const value = tf.square(variables['optimizer/v/w']);
      return { loss: tf.sum(value) as ReturnType<typeof tf.scalar>, terms: {} };
    };
    await expect(
      fit({
        loss,
        inputShapes: {},
        batch: () => ({}),
        variables,
        optimizer: sgd(0.1),
        steps: 4,
        callbacks: run.callbacks,
      }),
    ).rejects.toThrow('checkpoint: expected variables whose names do not begin with "optimizer/", got optimizer/v/w');
    run.close();
    tf.dispose(variables);
  });
});
