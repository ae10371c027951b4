// The training problem of a latent-variable model: noise by step, schedules as inputs.
import { annealJoint, elbo, type LatentModel } from '@flowvae/objectives';
import { fold, key } from '@flowvae/random';
import { variational } from '@flowvae/training';
import { expect, it } from 'vitest';

const problem = (seed: number, kind: 'normal' | 'uniform' = 'normal') =>
  variational({
    modelAt: () => {
      throw new Error('not needed');
    },
    objective: elbo({ tempering: annealJoint((step) => step / 10) }),
    noise: { kind, width: 3 },
    batchSize: 4,
    width: 2,
    data: (step) => new Float32Array(8).fill(step),
    key: key(seed),
  });

const noiseAt = (step: number, seed = 1) => [...problem(seed).batch(step).noise!];

it('variational gives the shapes of data, noise and schedules', () => {
  expect(problem(1).inputShapes).toEqual({ x: [4, 2], noise: [4, 3], beta: [] });
});

it('variational draws noise that depends on key and step alone', () => {
  const first = problem(1);
  const inOrder = [0, 1, 2].map((step) => [...first.batch(step).noise!]);
  expect(noiseAt(2)).toEqual(inOrder[2]);
  expect([...first.batch(0).noise!]).toEqual(inOrder[0]);
  expect(new Set(inOrder.flat()).size).toBe(36);
  expect(noiseAt(0, 2)).not.toEqual(inOrder[0]);
});

it("variational draws the sampler's kind of noise", () => {
  const uniform = [...problem(1, 'uniform').batch(0).noise!];
  expect(uniform.every((u) => u >= 0 && u < 1)).toBe(true);
  expect(noiseAt(0).some((z) => z < 0)).toBe(true);
});

it('variational passes data and schedules of the step', () => {
  const { x, beta } = problem(1).batch(7);
  expect([...x!]).toEqual(new Array(8).fill(7));
  expect(beta).toEqual(Float32Array.of(0.7));
});

it('variational names a batch by the words of its noise key', () => {
  const options = { modelAt: () => ({}) as LatentModel, batchSize: 1, width: 1, data: () => new Float32Array(1) };
  const objective = { schedules: {}, draws: 1, bound: () => ({}) as never };
  const { nameBatch } = variational({ ...options, objective, noise: { kind: 'normal', width: 1 }, key: key(9) });
  const { k0, k1 } = fold(key(9), 4);
  const words = [k0, k1].map((word) => `0000000${word.toString(16)}`.slice(-8));
  expect(nameBatch!(4)).toBe(`noise key ${words.join(':')}`);
});
