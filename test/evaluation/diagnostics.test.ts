import { diagonalNormal, standardNormal } from '@flowvae/distributions';
import { latentActivity, posteriorStatistics } from '@flowvae/evaluation';
import { parseFlow, pushForward } from '@flowvae/flows';
import type { LatentModel } from '@flowvae/objectives';
import { drawNormal, fold, key } from '@flowvae/random';
import { type Tensor2D, tf } from '@flowvae/tensor';
import { dataPoints } from '@flowvae/training';
import { describe, expect, it } from 'vitest';
import { differences } from '../laws/comparison.ts';
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

  it('splits the log-det by layer; the parts add up to the log-det of the whole flow', async () => {
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
