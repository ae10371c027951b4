// Estimates of log p(x) and the bound on linear-Gaussian models, where both are known exactly.

import { runCounter } from '@flowvae/compiler';
import { type EvaluateOptions, evaluateModel, type ImportanceEstimate } from '@flowvae/evaluation';
import { LogMeanExp, paretoK, paretoKThreshold } from '@flowvae/objectives';
import { drawNormal, fold, key } from '@flowvae/random';
import { type Tensor1D, type Tensor2D, tf } from '@flowvae/tensor';
import { describe, expect, it } from 'vitest';
import { data, given, modelAt, regression } from '../training/linear-gaussian-at.ts';

const { latent, observed, batch, mean, x, logEvidence, diagonalElbo, diagonalGap, posteriorMean } = given;

const options = (rest: Partial<EvaluateOptions>): EvaluateOptions => ({
  variables: {},
  modelAt,
  noise: { kind: 'normal', width: latent },
  data,
  samples: 500,
  key: key(4),
  ...rest,
});

const average = (values: readonly number[]) => values.reduce((a, b) => a + b) / values.length;

/** log p̂ and the bound of each image, from the same noise, sample by sample. */
function byHand(samples: number) {
  return Array.from({ length: batch }, (_, i) => {
    const estimate = new LogMeanExp();
    const logWeights: number[] = [];
    for (let chunk = 0; chunk * 500 < samples; chunk++) {
      const rows = Math.min(500, samples - chunk * 500);
      const noise = drawNormal(fold(fold(key(4), i), chunk), rows * latent);
      tf.tidy(() => {
        const at = modelAt(tf.tensor2d(data.row(i), [1, observed]));
        const { z, logProb } = at.posterior.sampleAndLogProb(tf.tensor2d(noise, [rows, latent]));
        logWeights.push(...tf.sub(tf.add(at.likelihood(z), at.prior.logProb(z)), logProb).dataSync());
      });
    }
    estimate.add(logWeights);
    return { logMean: estimate.logMean, mean: estimate.mean, logWeights };
  });
}

describe('evaluate', () => {
  it('knows the posterior that the reference states', () => {
    const means = tf.tidy(() =>
      tf
        .matMul(
          tf.sub(
            tf.tensor2d(Float32Array.from(x), [batch, observed]),
            tf.tensor1d(Float32Array.from(mean)),
          ) as Tensor2D,
          regression(),
        )
        .dataSync(),
    );
    for (const [i, value] of means.entries()) expect(value).toBeCloseTo(posteriorMean[i]!, 4);
  });

  it('estimates log p(x) and the bound within their errors', async () => {
    const samples = 20_000;
    const result = await evaluateModel(options({ samples }));
    // of two correlated latents the log-weight has variance r² = 1 − exp(−2·gap); the weight itself has none here,
    // hence the wider bound
    const standardError = Math.sqrt((1 - Math.exp(-2 * diagonalGap)) / (batch * samples));
    expect(Math.abs(result.elbo - average(diagonalElbo))).toBeLessThan(5 * standardError);
    expect(Math.abs(result.nll + average(logEvidence))).toBeLessThan(0.05);
    expect(Math.abs(result.inferenceGap - diagonalGap)).toBeLessThan(0.05);
    expect(result).toMatchObject({ images: batch, samples });
    const { logLikelihood, logPrior, logBase } = result.terms;
    expect(logLikelihood! + logPrior! - logBase!).toBeCloseTo(result.elbo, 3);
  });

  it.each([1, 499, 500, 501, 1200])(
    'with %d samples equals the computation by hand from the same noise, and gives the error over images',
    async (samples) => {
      const [result, hand] = [await evaluateModel(options({ samples })), byHand(samples)];
      const nlls = hand.map(({ logMean }) => -logMean);
      const standardError = (values: readonly number[]) => {
        const variance = values.reduce((sum, value) => sum + (value - average(values)) ** 2, 0) / (values.length - 1);
        return Math.sqrt(variance / values.length);
      };
      expect(result.nll).toBeCloseTo(average(nlls), 3);
      expect(result.nllStandardError).toBeCloseTo(standardError(nlls), 3);
      expect(result.elbo).toBeCloseTo(average(hand.map(({ mean: bound }) => bound)), 3);
      expect(result.elboStandardError).toBeCloseTo(standardError(hand.map(({ mean: bound }) => bound)), 3);
      const gaps = hand.map(({ logMean, mean: bound }) => logMean - bound);
      expect(result.inferenceGap).toBeCloseTo(average(gaps), 3);
      expect(result.inferenceGapStandardError).toBeCloseTo(standardError(gaps), 3);
    },
  );

  it('says how evenly the weights are spread, image by image and on average', async () => {
    const samples = 1200;
    const seen: ImportanceEstimate[] = [];
    const onEstimate = (image: number, estimate: ImportanceEstimate) => {
      expect(image).toBe(seen.length);
      seen.push(estimate);
    };
    const result = await evaluateModel(options({ samples, onEstimate }));
    const hand = byHand(samples);
    for (const [i, { logMean, mean: bound, logWeights }] of hand.entries()) {
      const shares = logWeights.map((value) => Math.exp(value - logMean) / samples);
      const estimate = seen[i]!;
      expect(estimate.logEvidence).toBeCloseTo(logMean, 3);
      expect(estimate.elbo).toBeCloseTo(bound, 3);
      expect(estimate.effectiveSampleSize).toBeCloseTo(1 / shares.reduce((sum, share) => sum + share ** 2, 0), 0);
      expect(estimate.maxNormalisedWeight / shares.reduce((a, b) => Math.max(a, b))).toBeCloseTo(1, 3);
      expect(estimate.paretoK).toBeCloseTo(paretoK(logWeights), 2);
    }
    expect(result.effectiveSampleSize).toBeCloseTo(average(seen.map((estimate) => estimate.effectiveSampleSize)), 9);
    expect(result.maxNormalisedWeight).toBeCloseTo(average(seen.map((estimate) => estimate.maxNormalisedWeight)), 12);
    const above = seen.map(({ paretoK: k }) => Number(k > paretoKThreshold(samples)));
    expect(result.paretoKAboveThreshold).toBe(average(above));
    expect((await evaluateModel(options({ samples: 20 }))).paretoKAboveThreshold).toBeNaN();
  });

  it('counts an image whose weights are all 0 among those that cannot be trusted', async () => {
    const seen: ImportanceEstimate[] = [];
    const impossibleFirst = (points: Tensor2D) => {
      const at = modelAt(points);
      const [own, first] = [points, tf.tensor2d(data.row(0), [1, observed])].map((x) => tf.sum<Tensor1D>(x!, 1));
      const log0 = tf.log(tf.abs(tf.sub(own!, first!))); // −∞ at the first image
      return { ...at, likelihood: (z: Tensor2D): Tensor1D => tf.add(at.likelihood(z), tf.minimum(log0, 0)) };
    };
    const onEstimate = (_: number, estimate: ImportanceEstimate) => seen.push(estimate);
    const result = await evaluateModel(options({ modelAt: impossibleFirst, samples: 21, engine: 'eager', onEstimate }));
    expect([seen[0]!.logEvidence, seen[0]!.paretoK]).toEqual([Number.NEGATIVE_INFINITY, Number.NaN]);
    const above = seen.map(({ paretoK: k }) => Number(!(k <= paretoKThreshold(21))));
    expect(result.paretoKAboveThreshold).toBe(average(above));
    expect([result.inferenceGap, result.inferenceGapStandardError]).toEqual([Number.NaN, Number.NaN]); // −∞ − (−∞)
  });

  it('gives the same on both engines, and leaks no tensor on either', async () => {
    const before = { runs: runCounter.runs, tensors: tf.memory().numTensors };
    const compiled = await evaluateModel(options({ samples: 501 }));
    expect(runCounter.runs).toBe(before.runs + 2 * batch);
    const eager = await evaluateModel(options({ samples: 501, engine: 'eager' }));
    expect(runCounter.runs).toBe(before.runs + 2 * batch);
    expect(tf.memory().numTensors).toBe(before.tensors);
    for (const name of ['nll', 'elbo', 'nllStandardError', 'elboStandardError'] as const)
      expect(eager[name] / compiled[name]).toBeCloseTo(1, 5);
  });

  it('begins no further image once it is stopped, and finishes those that it began', async () => {
    const controller = new AbortController();
    const progress: number[] = [];
    const onProgress = (done: number) => {
      progress.push(done);
      controller.abort();
    };
    const stopped = await evaluateModel(options({ onProgress, signal: controller.signal }));
    expect(stopped.images).toBeLessThan(batch);
    expect(progress).toEqual(Array.from({ length: stopped.images }, (_, i) => i + 1));
    const only = await evaluateModel(options({ data: { ...data, count: stopped.images } }));
    expect(stopped).toEqual(only);
  });

  it('gives equal numbers on any number of threads', async () => {
    const alone = await evaluateModel(options({ samples: 1200 }));
    const before = runCounter.runs;
    expect(await evaluateModel(options({ samples: 1200, threads: 3 }))).toEqual(alone);
    expect(runCounter.runs - before).toBe(3 * batch); // 500 + 500 + 200 samples of each
  });

  it('computes samples that are too wide for one run in parts, with the same noise and on any number of threads', async () => {
    const width = 30_000; // 60 MB for 500 samples
    const wide = (points: Tensor2D) => {
      const at = modelAt(points);
      const nothing = (z: Tensor2D) => tf.mul(tf.mean(tf.tile(z, [1, width / latent]), 1), 0);
      return { ...at, likelihood: (z: Tensor2D): Tensor1D => tf.add(at.likelihood(z), nothing(z)) };
    };
    const few = { ...data, count: 2 };
    const narrow = await evaluateModel(options({ samples: 730, data: few }));
    const before = runCounter.runs;
    const parts = await evaluateModel(options({ modelAt: wide, samples: 730, data: few }));
    expect(runCounter.runs - before).toBeGreaterThan(2 * 2);
    for (const name of ['nll', 'elbo', 'nllStandardError', 'effectiveSampleSize', 'maxNormalisedWeight'] as const)
      expect(parts[name] / narrow[name]).toBeCloseTo(1, 5);
    for (const [name, term] of Object.entries(narrow.terms)) expect(parts.terms[name]! / term).toBeCloseTo(1, 5);
    expect(await evaluateModel(options({ modelAt: wide, samples: 730, data: few, threads: 2 }))).toEqual(parts);
  });

  it('takes the variables as they are at the call', async () => {
    const shift = tf.tidy(() => tf.variable(tf.scalar(0)));
    const shifted = (points: Tensor2D) => {
      const at = modelAt(points);
      return { ...at, likelihood: (z: Tensor2D): Tensor1D => tf.add(at.likelihood(z), shift) };
    };
    const first = await evaluateModel(options({ modelAt: shifted, variables: { shift } }));
    tf.tidy(() => shift.assign(tf.scalar(2)));
    const second = await evaluateModel(options({ modelAt: shifted, variables: { shift } }));
    expect(first.nll - second.nll).toBeCloseTo(2, 3);
    shift.dispose();
  });
});
