import type { Imputed, ImputeOptions } from '@flowvae/evaluation';
import { drawNormal, fold, key } from '@flowvae/random';
import { type Tensor1D, type Tensor2D, tf } from '@flowvae/tensor';
import { dataPoints } from '@flowvae/training';
import { describe, expect, it } from 'vitest';
import { conditional, modelWith, observe, rowsOf, WIDTH } from './holes.ts';
import { COPIES, copies, imputedBy, patterns, ROWS, row, wrong } from './imputed-rows.ts';
import { average, faultsOfScores, zScore } from './z-scores.ts';

/** Distances of means, variances, their standard errors and the draws' moments from the closed form. */
async function faultsAgainstClosedForm(rest: Partial<ImputeOptions> = {}): Promise<string[]> {
  const found = await imputedBy({ data: copies, ...rest });
  const scores: Record<'mean' | 'variance' | 'ownError' | 'draws' | 'covariance', number[]> = {
    mean: [],
    variance: [],
    ownError: [],
    draws: [],
    covariance: [],
  };
  for (const [r, pattern] of patterns.entries()) {
    const exact = conditional(row(r));
    const own = found.filter((_, i) => i % ROWS === r);
    const missing = pattern.flatMap((m, p) => (m === 0 ? [p] : []));
    for (const p of missing) {
      const means = own.map(({ mean }) => mean[p]!);
      scores.mean.push(zScore(means, exact.mean[p]!));
      scores.variance.push(
        zScore(
          own.map(({ variance }) => variance[p]!),
          exact.covariance[p]![p]!,
        ),
      );
      // squared errors over squared standard errors: χ² of one degree of freedom each
      const ratios = own.map(
        ({ mean, meanStandardError }) => ((mean[p]! - exact.mean[p]!) / meanStandardError[p]!) ** 2,
      );
      scores.ownError.push((average(ratios) - 1) / Math.sqrt(2 / COPIES));
      const centred = (imputed: Imputed, m: number, q: number) => imputed.draws[m * WIDTH + q]! - exact.mean[q]!;
      const ofDraws = (value: (imputed: Imputed, m: number) => number) =>
        own.map((imputed) => average(Array.from({ length: 5 }, (_, m) => value(imputed, m))));
      scores.draws.push(
        zScore(
          ofDraws((imputed, m) => centred(imputed, m, p)),
          0,
        ),
      );
      for (const q of missing.filter((other) => other <= p)) {
        const products = ofDraws((imputed, m) => centred(imputed, m, p) * centred(imputed, m, q));
        scores.covariance.push(zScore(products, exact.covariance[p]![q]!));
      }
    }
  }
  return Object.entries(scores).flatMap(([what, zScores]) => faultsOfScores(what, zScores));
}

describe('impute: mean, variance and draws of missing entries equal the closed form', () => {
  it.each([
    ['the exact posterior', undefined],
    ['a wrong, wider one', wrong],
  ])('from %s', async (_, approximation) => {
    expect(await faultsAgainstClosedForm({ modelAt: modelWith(approximation) })).toEqual([]);
  });

  it('and not where weights are ignored', async () => {
    const modelAt: ImputeOptions['modelAt'] = (x) => {
      const { posterior } = modelWith(wrong)(x);
      const constant: typeof posterior = {
        ...posterior,
        sampleAndLogProb: (noise) => {
          const { z } = posterior.sampleAndLogProb(noise);
          const logProb = tf.zeros([z.shape[0]]) as Tensor1D;
          return { z, logProb, terms: {} };
        },
      };
      const nothing = (z: Tensor2D) => tf.zeros([z.shape[0]]) as Tensor1D;
      return { prior: { logProb: nothing, detached: () => ({}) as never }, posterior: constant, likelihood: nothing };
    };
    const faults = await faultsAgainstClosedForm({ modelAt });
    expect(faults.join()).toMatch(/mean: .*variance: .*draws: .*covariance: /);
  });

  it('and not where the mask is ignored', async () => {
    const modelAt: ImputeOptions['modelAt'] = (x) =>
      modelWith(wrong)(tf.concat([tf.slice(x, [0, 0], [-1, WIDTH]), tf.ones([x.shape[0], WIDTH])], 1) as Tensor2D);
    const faults = await faultsAgainstClosedForm({ modelAt });
    expect(faults.join()).toMatch(/mean: .*variance: .*draws: .*covariance: /);
  });

  it('and not where p(x|z) has no variance of its own', async () => {
    const faults = await faultsAgainstClosedForm({
      observe: (z) => {
        const observation = observe(z);
        const sampleAndLogProb: typeof observation.sampleAndLogProb = (noise) => ({
          ...observation.sampleAndLogProb(noise),
          z: observation.mean(),
        });
        return { ...observation, sampleAndLogProb };
      },
    });
    expect(faults.join()).toMatch(/^variance: .*covariance: /);
  });
});

it('impute gives the prior’s moments to a row without observed entries, and a full row itself', async () => {
  const full = rowsOf([[1, 1, 1, 1, 1]], 4);
  const empty = new Float32Array(2 * WIDTH);
  const data = dataPoints(Float32Array.of(...empty, ...full), 2 * WIDTH);
  const [none, all] = (await imputedBy({ data, modelAt: modelWith(), samples: 20_000 })) as [Imputed, Imputed];
  const exact = conditional(empty);
  for (let p = 0; p < WIDTH; p++) {
    expect(Math.abs(none.mean[p]! - exact.mean[p]!) / none.meanStandardError[p]!).toBeLessThan(4);
    expect(none.variance[p]! / exact.covariance[p]![p]!).toBeCloseTo(1, 1);
  }
  expect(none.logEvidence).toBeCloseTo(0, 4); // of no values, log 1
  const own = full.subarray(0, WIDTH);
  expect([...all.mean]).toEqual([...own]);
  expect([...all.draws]).toEqual(Array.from({ length: 5 }, () => [...own]).flat());
  expect([...all.variance, ...all.meanStandardError]).toEqual(Array.from({ length: 2 * WIDTH }, () => 0));
});

it('impute keeps observed entries in every draw', async () => {
  const found = await imputedBy();
  for (const [i, { draws, mean, variance }] of found.entries())
    for (let p = 0; p < WIDTH; p++) {
      if (patterns[i]![p] === 0) continue;
      const x = row(i)[p]!;
      expect([mean[p], variance[p]]).toEqual([x, 0]);
      for (let m = 0; m < 5; m++) expect(draws[m * WIDTH + p]).toBe(x);
    }
});

it('impute sums over runs as over all samples at once, with the noise of each sample from its key', async () => {
  const samples = 1300; // three runs
  const far = { shift: [2, -1], scale: 1.5 } as const; // uneven weights: the largest one changes from run to run
  const found = await imputedBy({ samples, modelAt: modelWith(far) });
  for (const [i, imputed] of found.entries()) {
    const own = fold(key(3), i);
    const noiseOf = (purpose: string, width: number) =>
      Float32Array.from(
        Array.from({ length: samples }, (_, s) => [...drawNormal(fold(own, purpose, s), width)]).flat(),
      );
    const [logWeights, mu, x] = tf.tidy(() => {
      const model = modelWith(far)(tf.tensor2d(row(i), [1, 2 * WIDTH]));
      const { z, logProb } = model.posterior.sampleAndLogProb(tf.tensor2d(noiseOf('z', 2), [samples, 2]));
      const { z: drawn } = observe(z).sampleAndLogProb(tf.tensor2d(noiseOf('x', WIDTH), [samples, WIDTH]));
      const logWeight = tf.sub(tf.add(model.likelihood(z), model.prior.logProb(z)), logProb);
      return [logWeight, observe(z).mean(), drawn].map((tensor) => tensor.dataSync<'float32'>());
    }) as [Float32Array, Float32Array, Float32Array];
    const weights = Array.from(logWeights, (value) => Math.exp(value));
    const total = weights.reduce((sum, weight) => sum + weight);
    const over = (value: (s: number) => number) =>
      weights.reduce((sum, weight, s) => sum + (weight / total) * value(s), 0);
    for (let p = 0; p < WIDTH; p++) {
      if (patterns[i]![p] === 1) continue;
      const [muOf, xOf] = [mu, x].map((values) => (s: number) => values[s * WIDTH + p]!) as [
        (s: number) => number,
        (s: number) => number,
      ];
      const mean = over(muOf);
      const variance = over((s) => (muOf(s) - mean) ** 2 + (xOf(s) - muOf(s)) ** 2);
      const error = Math.sqrt(over((s) => (weights[s]! / total) * (muOf(s) - mean) ** 2));
      expect(imputed.mean[p]).toBeCloseTo(mean, 4);
      expect(imputed.variance[p]! / variance).toBeCloseTo(1, 4);
      expect(imputed.meanStandardError[p]! / error).toBeCloseTo(1, 4);
    }
    expect(imputed.effectiveSampleSize * over((s) => weights[s]! / total)).toBeCloseTo(1, 4);
    expect(imputed.logEvidence).toBeCloseTo(Math.log(total / samples), 4);
  }
});
