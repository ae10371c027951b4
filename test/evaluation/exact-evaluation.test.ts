// Evaluation of given log-weights by hand: estimates of each data point, means over them, and refusals.
import { runCounter } from '@flowvae/compiler';
import { diagonalNormal, standardNormal } from '@flowvae/distributions';
import {
  type AnnealedImportanceOptions,
  annealedImportance,
  type EvaluateOptions,
  evaluateModel,
  type ImportanceEstimate,
  type InferenceGap,
  type InferenceGapsOptions,
  inferenceGaps,
} from '@flowvae/evaluation';
import { paretoK, paretoKThreshold } from '@flowvae/objectives';
import { drawNormal, fold, key } from '@flowvae/random';
import { type Tensor1D, type Tensor2D, tf } from '@flowvae/tensor';
import { dataPoints } from '@flowvae/training';
import { expect, it } from 'vitest';

const samples = 40;
const base = Array.from({ length: samples }, (_, s) => Math.fround(Math.sin(3 * s) - 0.05 * s));
/** Log-weights of data point i are x_i times these. */
const scales = [1, 0, 6, 2];

const options = (rest: Partial<EvaluateOptions> = {}): EvaluateOptions => ({
  variables: {},
  modelAt: (x: Tensor2D) => ({
    prior: standardNormal(1),
    posterior: standardNormal(1),
    likelihood: (z: Tensor2D): Tensor1D => tf.mul(tf.tensor1d(base.slice(0, z.shape[0])), tf.reshape(x, [])),
  }),
  noise: { kind: 'normal', width: 1 },
  data: dataPoints(Float32Array.from(scales), 1),
  samples,
  key: key(5),
  engine: 'eager',
  ...rest,
});

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
const standardError = (values: readonly number[]) =>
  Math.sqrt(values.reduce((sum, value) => sum + (value - mean(values)) ** 2, 0) / (values.length - 1) / values.length);

const estimates = scales.map((scale) => {
  const logWeights = base.map((value) => scale * value);
  const weights = logWeights.map(Math.exp);
  const total = samples * mean(weights);
  return {
    logEvidence: Math.log(mean(weights)),
    elbo: mean(logWeights),
    effectiveSampleSize: total ** 2 / (samples * mean(weights.map((weight) => weight ** 2))),
    maxNormalisedWeight: Math.max(...weights) / total,
    paretoK: paretoK(logWeights),
  };
});

/** Numbers of the graph are float32. */
const near = (value: number) => (Number.isFinite(value) ? expect.closeTo(value, 4) : value);

it('evaluate has the estimates of every data point', async () => {
  const found: ImportanceEstimate[] = [];
  await evaluateModel(options({ onEstimate: (i, estimate) => (found[i] = estimate) }));
  expect(found).toEqual(
    estimates.map((estimate) =>
      Object.fromEntries(Object.entries(estimate).map(([name, value]) => [name, near(value)])),
    ),
  );
});

it('evaluate has the means of the estimates and their standard errors', async () => {
  const of = (name: keyof ImportanceEstimate) => estimates.map((estimate) => estimate[name]);
  const nlls = of('logEvidence').map((value) => -value);
  const gaps = estimates.map(({ logEvidence, elbo }) => logEvidence - elbo);
  const { terms, ...found } = await evaluateModel(options());
  expect(found).toEqual({
    images: 4,
    samples,
    elbo: near(mean(of('elbo'))),
    elboStandardError: near(standardError(of('elbo'))),
    nll: near(mean(nlls)),
    nllStandardError: near(standardError(nlls)),
    inferenceGap: near(mean(gaps)),
    inferenceGapStandardError: near(standardError(gaps)),
    effectiveSampleSize: near(mean(of('effectiveSampleSize'))),
    maxNormalisedWeight: near(mean(of('maxNormalisedWeight'))),
    paretoKAboveThreshold: mean(of('paretoK').map((k) => Number(!(k <= paretoKThreshold(samples))))),
  });
  expect(terms.logLikelihood).toBeCloseTo(mean(of('elbo')), 5);
  expect(terms.logPrior).toBeCloseTo(terms.logBase!, 6);
});

it.each([
  [20, Number.NaN],
  [21, 0],
])('evaluate with %i samples has %d of its data points above the threshold of k̂', async (count, share) => {
  const data = dataPoints(Float32Array.of(0, 0), 1); // equal weights: k̂ = −∞
  const found = await evaluateModel(options({ samples: count, data }));
  expect(found.paretoKAboveThreshold).toEqual(share);
});

it.each([
  [Number.NaN, 'NaN'],
  [Number.POSITIVE_INFINITY, 'Infinity'],
])('evaluate refuses log-weights of %d and names the data point', async (value, said) => {
  const modelAt: EvaluateOptions['modelAt'] = (x) => ({
    ...options().modelAt(x),
    likelihood: (z) => tf.tensor1d(Array.from({ length: z.shape[0] }, (_, s) => (s === 3 ? value : 0))),
  });
  const data = dataPoints(Float32Array.of(1, 1), 1);
  await expect(evaluateModel(options({ modelAt, data }))).rejects.toThrow(
    `evaluate: data point 0: expected a finite estimate of log p(x), got ${said}`,
  );
});

it('evaluate takes log-weights of −∞ for an estimate of 0', async () => {
  const modelAt: EvaluateOptions['modelAt'] = (x) => ({
    ...options().modelAt(x),
    likelihood: (z) => tf.fill([z.shape[0]], Number.NEGATIVE_INFINITY) as Tensor1D,
  });
  const found = await evaluateModel(options({ modelAt, data: dataPoints(Float32Array.of(1), 1) }));
  expect([found.nll, found.paretoKAboveThreshold]).toEqual([Number.POSITIVE_INFINITY, 1]);
});

it('evaluate has an infinite NLL where one data point has an estimate of 0, wherever it stands', async () => {
  const modelAt: EvaluateOptions['modelAt'] = (x) => ({
    ...options().modelAt(x),
    likelihood: (z) =>
      tf.fill([z.shape[0]], tf.tidy(() => x.dataSync()[0]) === 0 ? Number.NEGATIVE_INFINITY : -2) as Tensor1D,
  });
  for (const points of [
    [0, 1],
    [1, 0],
    [0, 0],
    [1, 0, 1],
  ]) {
    const data = dataPoints(Float32Array.from(points), 1);
    const found = await evaluateModel(options({ modelAt, data }));
    expect([found.nll, found.elbo, found.nllStandardError]).toEqual([Infinity, -Infinity, Number.NaN]);
  }
});

it('evaluate computes a chunk in parts where it is too wide, each part with its own noise', async () => {
  const [count, width] = [40, 250_000]; // 40 MB
  const found: ImportanceEstimate[] = [];
  await evaluateModel(
    options({
      modelAt: () => ({
        prior: standardNormal(2),
        posterior: standardNormal(2),
        likelihood: (z): Tensor1D => {
          const wide = tf.tile(tf.slice(z, [0, 0], [-1, 1]), [1, width]);
          return tf.add(tf.sum(tf.mul(z, [[1, 3]]), 1), tf.mul(tf.max(wide, 1), 0));
        },
      }),
      noise: { kind: 'normal', width: 2 },
      data: dataPoints(Float32Array.of(1, 2), 1),
      samples: count,
      onEstimate: (i, estimate) => (found[i] = estimate),
    }),
  );
  const expected = [0, 1].map((image) => {
    const noise = drawNormal(fold(fold(key(5), image), 0), 2 * count);
    return mean(Array.from({ length: count }, (_, s) => noise[2 * s]! + 3 * noise[2 * s + 1]!));
  });
  expect(found.map(({ elbo }) => elbo)).toEqual(expected.map((value) => expect.closeTo(value, 4)));
});

it('evaluate tells how many are done, and begins none after a signal', async () => {
  const controller = new AbortController();
  const done: number[] = [];
  const onProgress = (count: number) => {
    done.push(count);
    if (count === 2) controller.abort();
  };
  const { images } = await evaluateModel(options({ onProgress, signal: controller.signal }));
  expect([images, done]).toEqual([2, [1, 2]]);
});

it('evaluate of no data point, which a signal may leave, has means of 0 and no terms', async () => {
  const found = await evaluateModel(options({ signal: AbortSignal.abort() }));
  expect([found.images, found.elbo, found.nll, found.inferenceGap, found.terms]).toEqual([0, 0, 0, 0, {}]);
});

const gapsOf = (rest: Partial<InferenceGapsOptions> = {}) =>
  inferenceGaps({
    variables: {},
    data: dataPoints(Float32Array.of(1.5), 1),
    noise: { kind: 'normal', width: 1 },
    samples: 30,
    key: key(8),
    paramsAt: (x) => ({ mean: tf.mul(x, 0.3), logStd: tf.zerosLike(x) }),
    modelAt: (x, params) => ({
      prior: standardNormal(1),
      posterior: diagonalNormal(params as { mean: Tensor2D; logStd: Tensor2D }),
      likelihood: (z) => standardNormal(1).logProb(tf.sub(x, z)),
    }),
    ...rest,
  });

it('inferenceGaps takes 400 steps of 8 draws at a rate of 0.02 where nothing is said', async () => {
  expect(await gapsOf()).toEqual(await gapsOf({ steps: 400, draws: 8, rate: 0.02 }));
});

it('inferenceGaps runs nothing compiled where the engine is the eager one', async () => {
  const before = runCounter.runs;
  await gapsOf({ steps: 2, engine: 'eager' });
  expect(runCounter.runs).toBe(before);
});

it('inferenceGaps refines a posterior of a single parameter', async () => {
  const [gap] = await gapsOf({
    steps: 40,
    rate: 0.05,
    engine: 'eager',
    paramsAt: (x) => ({ mean: tf.mul(x, 0.3) }),
    modelAt: (x, { mean }) => ({
      prior: standardNormal(1),
      posterior: diagonalNormal({ mean: mean as Tensor2D, logStd: tf.zerosLike(mean!) as Tensor2D }),
      likelihood: (z) => standardNormal(1).logProb(tf.sub(x, z)),
    }),
  });
  expect(gap!.amortisation).toBeGreaterThan(0.05); // towards 0.75 from 0.45
});

it('inferenceGaps ends its steps at a signal', async () => {
  const controller = new AbortController();
  let models = 0;
  const modelAt: InferenceGapsOptions['modelAt'] = (x, params) => {
    if (++models === 10) controller.abort();
    return {
      prior: standardNormal(1),
      posterior: diagonalNormal(params as { mean: Tensor2D; logStd: Tensor2D }),
      likelihood: (z) => standardNormal(1).logProb(tf.sub(x, z)),
    };
  };
  await gapsOf({ steps: 200, engine: 'eager', modelAt, signal: controller.signal });
  expect(models).toBeGreaterThanOrEqual(10);
  expect(models).toBeLessThan(100);
});

it.each([
  ['the refined posterior where its weights are more even', { steps: 60, rate: 0.05 }, 'refined'],
  ['the amortised one where the refined one went astray', { steps: 1, rate: 30 }, 'amortised'],
] as const)('inferenceGaps takes log p(x) from %s', async (_, rest, better) => {
  const tensors = tf.memory().numTensors;
  const [{ amortised, refined, logEvidence, approximation, amortisation }] = (await gapsOf(rest)) as [InferenceGap];
  expect(tf.memory().numTensors).toBe(tensors);
  expect(refined.effectiveSampleSize > amortised.effectiveSampleSize).toBe(better === 'refined');
  expect(logEvidence).toBe({ amortised, refined }[better].logEvidence);
  expect(approximation).toBe(logEvidence - refined.elbo);
  expect(amortisation).toBe(refined.elbo - amortised.elbo);
});

it('annealedImportance runs 16 chains of 10 leapfrog steps where nothing is said', async () => {
  const run = async (rest: Partial<AnnealedImportanceOptions>) => {
    const shares: number[] = [];
    const summary = await annealedImportance({
      ...options(),
      onEstimate: () => {},
      pathAt: (x) => ({ initial: standardNormal(1), logRatio: (z) => standardNormal(1).logProb(tf.sub(z, x)) }),
      data: dataPoints(Float32Array.of(1, 2), 1),
      temperatures: [0, 0.3, 1],
      onProgress: (share) => shares.push(share),
      ...rest,
    });
    return { summary, shares };
  };
  const plain = await run({});
  expect(plain).toEqual(await run({ chains: 16, leapfrogSteps: 10 }));
  // pilots of 4 chains, then 16, of two points in one group
  expect(plain.shares).toEqual([expect.closeTo(0.2, 12), 1]);
  expect(plain.summary.chains).toBe(16);
});
