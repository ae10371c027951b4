// Diagnostics of posteriors on models that are known: terms, layers, divergences, active units, and both parts of the
// inference gap.
import { runCounter } from '@flowvae/compiler';
import { diagonalNormal, standardNormal } from '@flowvae/distributions';
import { type InferenceGapsOptions, inferenceGaps, latentActivity, posteriorStatistics } from '@flowvae/evaluation';
import { type Amortization, flowPosterior, parseFlow, pushForward } from '@flowvae/flows';
import type { LatentModel } from '@flowvae/objectives';
import { drawNormal, fold, key } from '@flowvae/random';
import { type Tensor1D, type Tensor2D, tf } from '@flowvae/tensor';
import { dataPoints } from '@flowvae/training';
import { describe, expect, it } from 'vitest';
import { differences } from '../laws/comparison.ts';
import { linearGaussians } from '../objectives/linear-gaussian-model.ts';
import { normalKlToStandard } from '../reference/densities.ts';

const mean = (values: ArrayLike<number>) => Array.from(values).reduce((sum, value) => sum + value, 0) / values.length;

describe('posteriorStatistics', () => {
  const flow = parseFlow('planar*3-radial', 2);
  const arrays = Object.entries(flow.initialParams(key(1))).map(([name, values], i) => {
    const noise = drawNormal(key(10 + i), values.length);
    return [name, Float32Array.from(values, (value, j) => value + 0.4 * noise[j]!)] as const;
  });
  const params = Object.fromEntries(
    arrays.map(([name, values]) => [name, tf.tensor(values, [1, ...flow.paramShapes[name]!])]),
  );
  const data = dataPoints(drawNormal(key(2), 12), 2);
  const modelAt = (x: Tensor2D): LatentModel => ({
    prior: standardNormal(2),
    posterior: pushForward(diagonalNormal({ mean: x, logStd: tf.fill([1, 2], -0.5) as Tensor2D }), flow, params),
    likelihood: (z) => tf.neg(tf.sum(tf.square(tf.sub(z, x)), 1)),
  });
  const options = { modelAt, noise: { kind: 'normal', width: 2 } as const, data, samples: 16, key: key(3) };

  it('splits the log-det by layer; the parts add up to what the flow says at once', async () => {
    const { terms, layers } = await posteriorStatistics(options);
    expect(layers.map(({ name }) => name)).toEqual(['0.planar[0]', '0.planar[1]', '0.planar[2]', '1.radial']);
    // Monte Carlo over the same draws by hand, all layers at once
    for (let i = 0; i < data.count; i++) {
      const { elbo, logDet } = tf.tidy(() => {
        const noise = tf.tensor2d(drawsOf(i), [16, 2]);
        const x = tf.tile(tf.tensor2d(data.row(i), [1, 2]), [16, 1]) as Tensor2D;
        const model = modelAt(x);
        const draw = model.posterior.sampleAndLogProb(noise);
        const weight = tf.sub(tf.add(model.likelihood(draw.z), model.prior.logProb(draw.z)), draw.logProb);
        return { elbo: mean(weight.dataSync()), logDet: mean(draw.terms.logDet!.dataSync()) };
      });
      const sum = layers.reduce((total, layer) => total + layer.logDet.mean[i]!, 0);
      expect(differences('logDet', [sum], [logDet], 1e-5)).toEqual([]);
      expect(differences('elbo', [terms.elbo[i]!], [elbo], 1e-5)).toEqual([]);
      const parts = terms.logLikelihood[i]! + terms.logPrior[i]! - terms.logBase[i]! + sum;
      expect(differences('terms', [parts], [elbo], 1e-5)).toEqual([]);
    }
  });

  it('reports ranges: least ≤ mean ≤ most, and 1 + wᵀû = softplus(wᵀu) of every planar layer', async () => {
    const { layers } = await posteriorStatistics(options);
    const [w, u] = ['0.w', '0.u'].map((name) => arrays.find(([each]) => each === name)![1]);
    layers.slice(0, 3).forEach(({ logDet, invariants }, k) => {
      logDet.mean.forEach((value, i) => {
        expect(logDet.least[i]! <= value && value <= logDet.most[i]!).toBe(true);
      });
      const dot = [0, 1].reduce((sum, d) => sum + w![2 * k + d]! * u![2 * k + d]!, 0);
      const { least, most } = invariants['1 + wᵀû']!;
      expect(least[0]).toBeCloseTo(Math.log1p(Math.exp(dot)), 5);
      expect(most[3]).toBeCloseTo(Math.log1p(Math.exp(dot)), 5);
    });
  });

  it('is the same on both engines, and for every size of chunk', async () => {
    const [compiled, eager] = [
      await posteriorStatistics(options),
      await posteriorStatistics({ ...options, engine: 'eager' }),
    ];
    expect(differences('mean', compiled.mean, eager.mean, 1e-5)).toEqual([]);
    expect(differences('variance', compiled.variance, eager.variance, 1e-4)).toEqual([]);
    expect(compiled.isMeanExact).toBe(false);
    expect(compiled.klPerDimension).toBeUndefined();
  });

  it('of a factorised posterior has the mean and the divergence of each dimension in closed form', async () => {
    const factorised = (x: Tensor2D): LatentModel => ({
      ...modelAt(x),
      posterior: diagonalNormal({ mean: x, logStd: tf.tensor2d([[-0.5, 0.3]]) }),
    });
    const {
      mean: means,
      isMeanExact,
      klPerDimension,
      layers,
    } = await posteriorStatistics({ ...options, modelAt: factorised });
    expect([isMeanExact, layers]).toEqual([true, []]);
    const x = Array.from({ length: data.count }, (_, i) => [...data.row(i)]);
    expect(Array.from(means)).toEqual(x.flat());
    const expected = x.flatMap(([a, b]) => [
      normalKlToStandard(a!, Math.exp(-0.5)),
      normalKlToStandard(b!, Math.exp(0.3)),
    ]);
    expect(differences('KL', klPerDimension!, expected, 1e-5)).toEqual([]);
  });

  /** The draws of data point i, as `fold(key, i)` gives them. */
  const drawsOf = (i: number) => drawNormal(fold(key(3), i), 32);
});

describe('latentActivity', () => {
  const count = 4000;
  const statistics = (means: (d: number, i: number) => number, isMeanExact: boolean) => ({
    count,
    dim: 3,
    samples: 4,
    isMeanExact,
    mean: Float32Array.from({ length: 3 * count }, (_, at) => means(at % 3, Math.floor(at / 3))),
    variance: new Float32Array(3 * count).fill(1),
  });
  const x = drawNormal(key(4), count);
  const noise = drawNormal(key(5), 3 * count);

  it('counts dimensions whose mean moves with the data: Var 1, 0.0121 and 0.0081 against 0.01', () => {
    const scales = [1, 0.11, 0.09];
    const { active, variance } = latentActivity(statistics((d, i) => scales[d]! * x[i]!, true));
    expect(active).toBe(2);
    scales.forEach((scale, d) => {
      expect(variance[d]! / scale ** 2).toBeCloseTo(1, 1);
    });
  });

  it('takes the noise of means of draws off: a mean of four draws of variance 1 alone is not active', () => {
    const noisy = statistics((d, i) => (d === 0 ? x[i]! : 0) + 0.5 * noise[3 * i + d]!, false);
    expect(latentActivity(noisy).variance[0]).toBeCloseTo(1, 1);
    expect(Math.abs(latentActivity(noisy).variance[1]!)).toBeLessThan(0.025);
    expect(latentActivity({ ...noisy, isMeanExact: true }).variance[1]).toBeGreaterThan(0.2); // the mutant without it
  });
});

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
    samples: 4000,
    steps: 300,
    draws: 16,
    rate: 0.05,
    key: key(6),
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
      samples: 4000,
      steps: 300,
      draws: 16,
      rate: 0.05,
      key: key(6),
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
