// Results for single data points, by hand: bounds on a set, means of draws, statistics of posteriors.
import { diagonalNormal, type Samplable, standardNormal } from '@flowvae/distributions';
import { type BoundOnOptions, boundOn, encodings, latentActivity, posteriorStatistics } from '@flowvae/evaluation';
import { planar, pushForward } from '@flowvae/flows';
import type { LatentModel } from '@flowvae/objectives';
import { drawNormal, drawUniform, fold, key } from '@flowvae/random';
import { type Tensor1D, type Tensor2D, type Tensor3D, tf, type Variable } from '@flowvae/tensor';
import { dataPoints } from '@flowvae/training';
import { expect, it } from 'vitest';
import { differences } from '../laws/comparison.ts';

const sum = (values: ArrayLike<number>) => Array.from(values).reduce((total, value) => total + value, 0);
const mean = (values: ArrayLike<number>) => sum(values) / values.length;

/** Five data points of width 3. */
const values = Float32Array.from({ length: 15 }, (_, i) => Math.sin(2 * i));
const data = dataPoints(values, 3);

/** Its terms are Σ x, Σ noise and their product times a variable, row by row. */
const boundOptions = (scale: Variable, rest: Partial<BoundOnOptions> = {}): BoundOnOptions => ({
  variables: { scale },
  modelAt: (x): LatentModel => ({
    prior: standardNormal(2),
    posterior: standardNormal(2),
    likelihood: () => tf.sum<Tensor1D>(x, 1),
  }),
  bound: (model, noise) => {
    const [ofX, ofNoise] = [model.likelihood(noise), tf.sum<Tensor1D>(noise, 1)];
    const product: Tensor1D = tf.mul(tf.mul(ofX, ofNoise), scale);
    return { loss: tf.mean(product), terms: { ofX, ofNoise, product } };
  },
  noise: { kind: 'uniform', width: 2 },
  data,
  batchSize: 2,
  key: key(3),
  engine: 'eager',
  ...rest,
});

/** The same by hand: each batch of two draws by the number of its first data point. */
function expectedTerms(scale: number) {
  const ofX = Array.from({ length: 5 }, (_, i) => sum(values.subarray(3 * i, 3 * i + 3)));
  const ofNoise = [0, 2, 4].flatMap((start) => {
    const rows = Math.min(2, 5 - start);
    const noise = drawUniform(fold(key(3), start), 2 * rows);
    return Array.from({ length: rows }, (_, row) => noise[2 * row]! + noise[2 * row + 1]!);
  });
  return { ofX: mean(ofX), ofNoise: mean(ofNoise), product: mean(ofX.map((value, i) => scale * value * ofNoise[i]!)) };
}

it.each(['eager', 'compiled'] as const)('boundOn has the means over all data points, %s', async (engine) => {
  const scale = tf.variable(tf.scalar(2));
  const { measure, dispose } = await boundOn(boundOptions(scale, { engine }));
  const near = (terms: Readonly<Record<string, number>>) =>
    Object.fromEntries(Object.entries(terms).map(([name, value]) => [name, expect.closeTo(value, 5)]));
  expect(await measure()).toEqual(near(expectedTerms(2)));
  const before = tf.memory().numTensors;
  expect(await measure()).toEqual(near(expectedTerms(2)));
  expect(tf.memory().numTensors).toBe(before);
  scale.assign(tf.scalar(-1));
  expect(await measure()).toEqual(near(expectedTerms(-1)));
  await dispose();
  tf.dispose(scale);
});

it('boundOn takes a set that is smaller than a batch', async () => {
  const scale = tf.variable(tf.scalar(1));
  const { measure } = await boundOn(boundOptions(scale, { batchSize: 100 }));
  const noise = drawUniform(fold(key(3), 0), 10);
  expect((await measure()).ofNoise).toBeCloseTo(sum(noise) / 5, 6);
  tf.dispose(scale);
});

/** z = x + ε, which does not know its mean. */
function infer(x: Tensor2D): Samplable {
  const { mean: _, klPerDimension: __, ...rest } = diagonalNormal({ mean: x, logStd: tf.zerosLike(x) });
  return rest as unknown as Samplable;
}

it('encodings has the mean of all draws, for any number of returned ones', async () => {
  const found: Record<string, number[]> = { mean: [], z: [], logQ: [] };
  const options = {
    infer,
    noise: { kind: 'normal', width: 3 } as const,
    data,
    samples: 2,
    meanSamples: 4,
    key: key(6),
  };
  await encodings({ ...options, engine: 'eager' }, (encoded) => {
    for (const [name, piece] of Object.entries(encoded)) found[name]!.push(...piece);
  });
  const draws = Array.from({ length: 5 }, (_, i) => drawNormal(fold(key(6), i), 12));
  const at = (i: number, m: number, d: number) => values[3 * i + d]! + draws[i]![3 * m + d]!;
  const each = <T>(count: number, of: (i: number) => T[]) => Array.from({ length: count }, (_, i) => of(i)).flat();
  const means = each(5, (i) => each(3, (d) => [mean([0, 1, 2, 3].map((m) => at(i, m, d)))]));
  const zs = each(5, (i) => each(2, (m) => each(3, (d) => [at(i, m, d)])));
  const logQs = each(5, (i) =>
    each(2, (m) => [-0.5 * sum(draws[i]!.subarray(3 * m, 3 * m + 3).map((e) => e * e)) - 1.5 * Math.log(2 * Math.PI)]),
  );
  expect(differences('mean', found.mean!, means, 1e-6)).toEqual([]);
  expect(differences('z', found.z!, zs, 1e-6)).toEqual([]);
  expect(differences('log q', found.logQ!, logQs, 1e-6)).toEqual([]);
});

it('encodings has the mean of a posterior that knows it, not that of draws', async () => {
  const means: number[] = [];
  await encodings(
    {
      infer: (x) => diagonalNormal({ mean: x, logStd: tf.zerosLike(x) }),
      noise: { kind: 'normal', width: 3 },
      data,
      samples: 2,
      meanSamples: 4,
      key: key(6),
      engine: 'eager',
    },
    (encoded) => means.push(...encoded.mean),
  );
  expect(means).toEqual([...values]);
});

const statisticsOptions = (samples: number) => ({
  modelAt: (x: Tensor2D): LatentModel => ({
    prior: standardNormal(3),
    posterior: infer(x),
    likelihood: (z) => tf.sum<Tensor1D>(z, 1),
  }),
  noise: { kind: 'normal', width: 3 } as const,
  data,
  samples,
  key: key(7),
  engine: 'eager' as const,
});

it.each([2, 5])('posteriorStatistics of %i draws has their means and unbiased variances', async (samples) => {
  const {
    mean: means,
    variance,
    terms,
    isMeanExact,
    layers,
    dim,
    count,
  } = await posteriorStatistics(statisticsOptions(samples));
  expect([isMeanExact, layers, dim, count]).toEqual([false, [], 3, 5]);
  for (let i = 0; i < 5; i++) {
    const noise = drawNormal(fold(key(7), i), 3 * samples);
    const rows = Array.from({ length: samples }, (_, m) =>
      [0, 1, 2].map((d) => values[3 * i + d]! + noise[3 * m + d]!),
    );
    const columns = [0, 1, 2].map((d) => rows.map((row) => row[d]!));
    const unbiased = columns.map((column) => sum(column.map((value) => (value - mean(column)) ** 2)) / (samples - 1));
    expect(differences('mean', means.subarray(3 * i, 3 * i + 3), columns.map(mean), 1e-5)).toEqual([]);
    expect(differences('variance', variance.subarray(3 * i, 3 * i + 3), unbiased, 1e-5)).toEqual([]);
    const logLikelihood = mean(rows.map(sum));
    const logPrior = mean(rows.map((row) => -0.5 * sum(row.map((z) => z * z)))) - 1.5 * Math.log(2 * Math.PI);
    const logBase = (-0.5 * sum(noise.map((e) => e * e))) / samples - 1.5 * Math.log(2 * Math.PI);
    const wanted = { elbo: logLikelihood + logPrior - logBase, logLikelihood, logPrior, logBase };
    for (const [name, value] of Object.entries(wanted)) {
      expect(differences(name, [terms[name as keyof typeof terms][i]!], [value], 1e-5)).toEqual([]);
    }
  }
});

it('posteriorStatistics has a mean and divergence that all data share at each of them', async () => {
  const found = await posteriorStatistics({
    ...statisticsOptions(2),
    modelAt: (x) => ({
      ...statisticsOptions(2).modelAt(x),
      posterior: diagonalNormal({ mean: tf.tensor2d([[1, 2, 3]]), logStd: tf.zeros([1, 3]) as Tensor2D }),
    }),
  });
  const rows = (row: readonly number[]) => Array.from({ length: 5 }, () => row).flat();
  expect(found.isMeanExact).toBe(true);
  expect([...found.mean]).toEqual(rows([1, 2, 3]));
  expect([...found.klPerDimension!]).toEqual(rows([0.5, 2, 4.5]).map((value) => expect.closeTo(value, 5))); // ½μ²
});

it('posteriorStatistics takes a posterior for factorised only where it knows its divergence too', async () => {
  const found = await posteriorStatistics({
    ...statisticsOptions(2),
    modelAt: (x) => {
      const { klPerDimension: _, ...rest } = diagonalNormal({ mean: x, logStd: tf.zerosLike(x) });
      return { ...statisticsOptions(2).modelAt(x), posterior: rest as unknown as Samplable };
    },
  });
  expect([found.isMeanExact, found.klPerDimension]).toEqual([false, undefined]);
});

it('latentActivity subtracts the variance of means of draws, and counts dimensions above 0.01', () => {
  const statistics = {
    count: 3,
    dim: 2,
    samples: 4,
    mean: Float32Array.of(0, 0.1, 1, 0.2, 2, 0.3),
    variance: Float32Array.of(0.4, 0.02, 0.4, 0.04, 0.4, 0),
    isMeanExact: false,
  };
  const sampled = latentActivity(statistics);
  expect(differences('variance', sampled.variance, [1 - 0.1, 0.01 - 0.005], 1e-6)).toEqual([]);
  expect(sampled.active).toBe(1);
  const exact = latentActivity({ ...statistics, mean: statistics.mean.map((value) => 1.1 * value), isMeanExact: true });
  expect(differences('variance', exact.variance, [1.21, 0.0121], 1e-6)).toEqual([]);
  expect(exact.active).toBe(2);
});

it('posteriorStatistics has the invariants of each data point by itself', async () => {
  const u = [0.5, -1, 2];
  const flow = planar(3);
  const { layers } = await posteriorStatistics({
    ...statisticsOptions(2),
    modelAt: (x) => {
      const params = {
        w: tf.expandDims<Tensor3D>(x, 1),
        u: tf.tile<Tensor3D>(tf.tensor3d([[u]]), [x.shape[0], 1, 1]),
        b: tf.zeros([x.shape[0], 1]) as Tensor2D,
      };
      const posterior = pushForward(standardNormal(3), flow, params);
      return { ...statisticsOptions(2).modelAt(x), posterior };
    },
  });
  const { least, most } = layers[0]!.invariants['1 + wᵀû']!;
  const slopes = Array.from({ length: 5 }, (_, i) =>
    Math.log1p(Math.exp(sum(u.map((each, d) => each * values[3 * i + d]!)))),
  );
  expect(differences('least', least, slopes, 1e-5)).toEqual([]);
  expect(differences('most', most, slopes, 1e-5)).toEqual([]);
});
