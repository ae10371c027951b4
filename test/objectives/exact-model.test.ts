// On a model whose evidence is known: the ELBO is tight at the exact posterior, misses by the divergence elsewhere, and
// importance sampling closes the gap.
import { elbo, importanceChunk, LogMeanExp } from '@flowvae/objectives';
import { drawNormal, fold, key } from '@flowvae/random';
import { tf } from '@flowvae/tensor';
import { describe, expect, it } from 'vitest';
import { differences } from '../laws/comparison.ts';
import { type LinearGaussianCase, latentModel, linearGaussians, posteriors } from './linear-gaussian-model.ts';

const standardErrors = 4.5;

/** The terms of the bound as arrays, the same points under each noise. */
function termsOf(given: LinearGaussianCase, kind: keyof typeof posteriors, points: readonly number[], seed: number) {
  return tf.tidy(() => {
    const model = latentModel(given, points, posteriors[kind](given, points));
    const noise = tf.tensor2d(drawNormal(fold(key(1), seed), points.length * given.latent), [
      points.length,
      given.latent,
    ]);
    const { loss, terms } = elbo().bound(model, noise);
    return { loss: loss.dataSync()[0]!, elbo: terms.elbo!.dataSync() };
  });
}

/** Log-weights of many samples of one point. */
function logWeights(given: LinearGaussianCase, kind: keyof typeof posteriors, point: number, samples: number) {
  const logWeight = tf.tidy(() => {
    const model = latentModel(given, [point], posteriors[kind](given, [point]));
    const noise = tf.tensor2d(drawNormal(fold(key(2), point), samples * given.latent), [samples, given.latent]);
    return importanceChunk(model, noise).logWeight!;
  });
  const values = Float64Array.from(logWeight.dataSync());
  logWeight.dispose();
  return values;
}

const meanOf = (values: Float64Array) => values.reduce((sum, value) => sum + value, 0) / values.length;
const standardErrorOf = (values: Float64Array) => {
  const mean = meanOf(values);
  return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1) / values.length);
};

describe.each(linearGaussians.map((given) => [given.name, given] as const))('%s', (_, given) => {
  const points = Array.from({ length: given.batch }, (__, i) => i);

  it.each([1, 2, 3])('equals log p(x) at the exact posterior, for any noise (%i)', (seed) => {
    const { elbo: bound, loss } = termsOf(given, 'exact', points, seed);
    expect(differences('elbo', bound, given.logEvidence, 2e-5)).toEqual([]);
    expect(differences('loss', [-loss], [meanOf(Float64Array.from(given.logEvidence))], 2e-5)).toEqual([]);
  });

  it('is below log p(x) by the closed-form divergence at the best diagonal posterior', () => {
    for (const point of points) {
      const weights = logWeights(given, 'bestDiagonal', point, 4000);
      const allowed = standardErrors * standardErrorOf(weights) + 2e-5 * Math.abs(given.diagonalElbo[point]!);
      expect(Math.abs(meanOf(weights) - given.diagonalElbo[point]!)).toBeLessThan(allowed);
      const gap = given.logEvidence[point]! - meanOf(weights);
      expect(Math.abs(gap - given.diagonalGap)).toBeLessThan(allowed);
    }
  });

  it('is far below it at the prior', () => {
    for (const point of points) {
      const weights = logWeights(given, 'prior', point, 4000);
      expect(Math.abs(meanOf(weights) - given.priorElbo[point]!)).toBeLessThan(
        standardErrors * standardErrorOf(weights),
      );
    }
  });

  it('importance sampling from a wrong posterior converges to log p(x), in chunks of any size', () => {
    for (const point of points.slice(0, 3)) {
      const weights = logWeights(given, 'wrong', point, 20_000);
      const estimate = new LogMeanExp();
      for (let start = 0; start < weights.length; start += 700) estimate.add(weights.subarray(start, start + 700));
      const evidence = given.logEvidence[point]!;
      // the standard error of log p̂ is that of the relative weights; rounding of float32 densities on top
      const relative = weights.map((weight) => Math.exp(weight - evidence));
      expect(Math.abs(estimate.logMean - evidence)).toBeLessThan(
        standardErrors * standardErrorOf(relative) + 2e-5 * Math.abs(evidence),
      );
      expect(standardErrorOf(relative)).toBeLessThan(0.05);
      expect(estimate.mean).toBeLessThan(estimate.logMean - 0.1);
      expect(estimate.mean).toBeCloseTo(meanOf(weights), 9);
    }
  });
});

it('a gap that is not the divergence would be seen: without −log q the bound at the exact posterior varies', () => {
  const given = linearGaussians[0]!;
  tf.tidy(() => {
    const model = latentModel(given, [0], posteriors.exact(given, [0]));
    const { elbo: bound, logLikelihood, logPrior } = elbo().bound(model, tf.tensor2d([[1, -1]])).terms;
    const joint = logLikelihood!.dataSync()[0]! + logPrior!.dataSync()[0]!;
    expect(differences('elbo', bound!.dataSync(), [given.logEvidence[0]!], 2e-5)).toEqual([]);
    expect(differences('joint', [joint], [given.logEvidence[0]!], 2e-5)).not.toEqual([]);
  });
});
