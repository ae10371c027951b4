// Both parts of the inference gap on models whose posterior is known in closed form.
import { runCounter } from '@flowvae/compiler';
import { diagonalNormal, standardNormal } from '@flowvae/distributions';
import { type InferenceGapsOptions, inferenceGaps } from '@flowvae/evaluation';
import { type Amortization, flowPosterior, parseFlow } from '@flowvae/flows';
import { key } from '@flowvae/random';
import { type Tensor1D, type Tensor2D, tf } from '@flowvae/tensor';
import { dataPoints } from '@flowvae/training';
import { describe, expect, it } from 'vitest';
import { linearGaussians } from '../objectives/linear-gaussian-model.ts';

/** The effort for refining each posterior. */
const effort = { samples: 4000, steps: 300, draws: 16, rate: 0.05, key: key(6) };

describe('inferenceGaps on a model whose posterior is correlated', () => {
  const given = linearGaussians.find(({ diagonalGap }) => diagonalGap > 0.05)!;
  const { latent, observed, weights, sd } = given;
  const count = 3;
  const data = dataPoints(Float32Array.from(given.x).subarray(0, count * observed), observed);
  const w = Array.from(weights);
  const options: InferenceGapsOptions = {
    variables: {},
    noise: { kind: 'normal', width: latent },
    data,
    ...effort,
    // an encoder that knows nothing of x
    paramsAt: (x) => ({ mean: tf.zeros([x.shape[0], latent]), logStd: tf.zeros([x.shape[0], latent]) }),
    modelAt: (x, params) => ({
      prior: standardNormal(latent),
      posterior: diagonalNormal(params as { mean: Tensor2D; logStd: Tensor2D }),
      likelihood(z) {
        const predicted = tf.add(tf.matMul(z, tf.tensor2d(w, [observed, latent]), false, true), [
          ...Array.from(given.mean),
        ]);
        const difference = tf.sub(x, predicted as Tensor2D) as Tensor2D;
        const density = standardNormal(observed).logProb(tf.div(difference, sd));
        return tf.sub(density, observed * Math.log(sd));
      },
    }),
  };

  it('splits log p(x) − L: the refined part is the closed-form gap of the best diagonal posterior', async () => {
    const gaps = await inferenceGaps(options);
    // a mutant, the larger of both estimates: q* is narrow, and at one point a heavy weight carries its estimate above
    // the truth
    const larger = gaps.map(({ refined, amortised }) => Math.max(refined.logEvidence, amortised.logEvidence));
    expect(Math.max(...larger.map((value, i) => value - given.logEvidence[i]!))).toBeGreaterThan(0.5);
    gaps.forEach(({ approximation, amortisation, refined, amortised, logEvidence }, i) => {
      expect(refined.elbo).toBeGreaterThan(amortised.elbo);
      expect(logEvidence).toBeCloseTo(approximation + amortisation + amortised.elbo, 9);
      expect(Math.abs(logEvidence - given.logEvidence[i]!)).toBeLessThan(0.05);
      expect(Math.abs(approximation - given.diagonalGap)).toBeLessThan(0.06);
      expect(Math.abs(amortisation - (given.diagonalElbo[i]! - given.priorElbo[i]!)) / amortisation).toBeLessThan(0.05);
      // KL(q‖p(z|x)) = log p̂ − ELBO of the encoder's q, against the exact divergence
      const divergence = given.logEvidence[i]! - given.priorElbo[i]!;
      expect(Math.abs(logEvidence - amortised.elbo - divergence) / divergence).toBeLessThan(0.05);
    });
  });

  it('refines data points in groups where a step of all is too wide, each with the same draws', async () => {
    const width = 100_000; // 19 MB for the draws of all
    const wide: InferenceGapsOptions['modelAt'] = (x, params) => {
      const at = options.modelAt(x, params);
      const nothing = (z: Tensor2D) => tf.mul(tf.mean(tf.square(tf.matMul(z, tf.ones([latent, width]))), 1), 0);
      return { ...at, likelihood: (z) => tf.add(at.likelihood(z), nothing(z)) };
    };
    const few = { ...options, steps: 10, samples: 10 };
    const stepsOf = async (modelAt: InferenceGapsOptions['modelAt']) => {
      const before = runCounter.runs;
      const gaps = await inferenceGaps({ ...few, modelAt });
      return { gaps, runs: runCounter.runs - before };
    };
    const [together, apart] = [await stepsOf(options.modelAt), await stepsOf(wide)];
    // a table, two evaluations of three points, and the steps, apart those of 2 + 1 points
    expect([together.runs, apart.runs]).toEqual([7 + 10, 7 + 2 * 10]);
    for (const [i, { refined, amortisation }] of together.gaps.entries()) {
      expect(apart.gaps[i]!.refined.elbo).toBeCloseTo(refined.elbo, 3);
      expect(apart.gaps[i]!.amortisation).toBeCloseTo(amortisation, 3);
      expect(amortisation).toBeGreaterThan(0.01); // it did ascend
    }
  });
});

describe('inferenceGaps of a family whose parameters come from an encoder or are shared', () => {
  const given = linearGaussians.find(({ latent, diagonalGap }) => latent === 2 && diagonalGap > 0.05)!;
  const { latent, observed, weights, sd } = given;
  const count = 3;
  const data = dataPoints(Float32Array.from(given.x).subarray(0, count * observed), observed);
  const likelihoodAt =
    (x: Tensor2D) =>
    (z: Tensor2D): Tensor1D => {
      const w = tf.tensor2d(Array.from(weights), [observed, latent]);
      const residual = tf.sub(x, tf.add(tf.matMul(z, w, false, true), Array.from(given.mean))) as Tensor2D;
      return tf.sub(standardNormal(observed).logProb(tf.div(residual, sd)), observed * Math.log(sd));
    };

  /**
   * KL(N(μ, diag σ²) ‖ p(z|x_i)) in float64: ½(tr V⁻¹S + (m − μ)ᵀV⁻¹(m − μ) − 2 + ln|V| − ln|S|), V = CCᵀ, C lower
   * triangular.
   */
  function divergence(i: number, mu: readonly number[], variance: readonly number[]): number {
    const [c00, , c10, c11] = given.posteriorCholesky as unknown as [number, number, number, number];
    const [v00, v01, v11] = [c00 ** 2, c00 * c10, c10 ** 2 + c11 ** 2];
    const determinant = v00 * v11 - v01 ** 2;
    const [d0, d1] = mu.map((value, d) => given.posteriorMean[i * latent + d]! - value) as [number, number];
    const trace = (v11 * variance[0]! + v00 * variance[1]!) / determinant;
    const distance = (v11 * d0 ** 2 - 2 * v01 * d0 * d1 + v00 * d1 ** 2) / determinant;
    return 0.5 * (trace + distance - 2 + Math.log(determinant) - Math.log(variance[0]! * variance[1]!));
  }

  async function gapsOf(amortize: Amortization, formula: string) {
    const flow = formula === 'none' ? undefined : parseFlow(formula, latent);
    const posterior = flowPosterior({ latent, contextWidth: observed, flow, amortize, key: key(7) });
    // so that no start is further than the steps lead
    const paramsAt = (x: Tensor2D) => posterior.paramsAt(tf.mul(x, 0.1));
    const gaps = await inferenceGaps({
      variables: posterior.variables,
      noise: { kind: 'normal', width: latent },
      data,
      ...effort,
      paramsAt,
      modelAt: (x, params) => ({
        prior: standardNormal(latent),
        posterior: posterior.of(params),
        likelihood: likelihoodAt(x),
      }),
    });
    const start = (i: number) => {
      const x = tf.tensor2d(data.row(i), [1, observed]);
      const params = Object.entries(paramsAt(x));
      const values = (end: string) => [...params.find(([name]) => name === `base/${end}`)![1].dataSync<'float32'>()];
      return divergence(
        i,
        values('mean'),
        values('logStd').map((logStd) => Math.exp(2 * logStd)),
      );
    };
    return { gaps, start };
  }

  // 'full' is affine with any covariance: the family holds p(z|x) itself
  it.each([
    ['none', 'none', given.diagonalGap],
    ['flow', 'none', given.diagonalGap],
    ['none', 'full', 0],
    ['base', 'full', 0],
    ['flow', 'full', 0],
  ] as const)(
    'amortize %s, flow %s: both parts are those of the closed form',
    async (amortize, formula, approximation) => {
      const { gaps, start } = await gapsOf(amortize, formula);
      gaps.forEach((gap, i) => {
        const whole = start(i); // the flow starts as the identity
        expect(Math.abs(gap.refined.elbo - (given.logEvidence[i]! - approximation))).toBeLessThan(0.06);
        expect(Math.abs(gap.amortisation - (whole - approximation)) / whole).toBeLessThan(0.05);
      });
    },
  );

  it('of a family of one member, none of whose parameters a data point can have, is all approximation', async () => {
    const gaps = await inferenceGaps({
      variables: {},
      noise: { kind: 'normal', width: latent },
      data,
      samples: 2000,
      key: key(6),
      paramsAt: () => ({}),
      modelAt: (x) => ({
        prior: standardNormal(latent),
        posterior: standardNormal(latent),
        likelihood: likelihoodAt(x),
      }),
    });
    gaps.forEach(({ amortisation, refined }, i) => {
      expect(amortisation).toBe(0);
      expect(Math.abs(refined.elbo - given.priorElbo[i]!) / Math.abs(given.priorElbo[i]!)).toBeLessThan(0.05);
    });
  });
});
