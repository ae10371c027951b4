// Imputation of a linear-Gaussian model with holes, whose p(x_mis|x_obs) is known in closed form.
import { runCounter } from '@flowvae/compiler';
import { type Imputed, type ImputeOptions, impute } from '@flowvae/evaluation';
import { drawNormal, fold, key } from '@flowvae/random';
import { type Tensor1D, type Tensor2D, tf } from '@flowvae/tensor';
import { dataPoints } from '@flowvae/training';
import { describe, expect, it } from 'vitest';
import { differences } from '../laws/comparison.ts';
import { conditional, modelWith, observe, randomPatterns, rowsOf, WIDTH } from './holes.ts';
import { average, faultsOfScores, zScore } from './z-scores.ts';

const wrong = { shift: [0.5, -0.3], scale: 1.4 } as const;

/** Repetitions of each row: every copy has its own draws, so their spread shows standard errors. */
const COPIES = 60;
const patterns = [
  [1, 0, 1, 1, 0],
  [0, 0, 0, 0, 1],
  [0, 1, 1, 1, 1],
  [1, 1, 0, 0, 0],
  [0, 0, 0, 0, 0],
  ...randomPatterns(3, 5),
];
const ROWS = patterns.length;
const rows = rowsOf(patterns, 11);
const row = (i: number) => rows.subarray(i * 2 * WIDTH, (i + 1) * 2 * WIDTH);
const copies = {
  count: ROWS * COPIES,
  width: 2 * WIDTH,
  row: (i: number) => row(i % ROWS),
};

const options = (rest: Partial<ImputeOptions> = {}): ImputeOptions => ({
  variables: {},
  modelAt: modelWith(wrong),
  observe,
  noise: { kind: 'normal', width: 2 },
  data: dataPoints(rows, 2 * WIDTH),
  samples: 400,
  draws: 5,
  key: key(3),
  ...rest,
});

async function imputedBy(rest: Partial<ImputeOptions> = {}): Promise<Imputed[]> {
  const found: Imputed[] = [];
  await impute(
    options({
      ...rest,
      onEstimate: (i, imputed) => {
        expect(i).toBe(found.length);
        found.push(imputed);
      },
    }),
  );
  return found;
}

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

describe('impute', () => {
  it('gives equal bytes for equal options, on any number of threads and for any other data', async () => {
    const before = runCounter.runs;
    const first = await imputedBy({ samples: 1300 });
    expect(runCounter.runs - before).toBe(ROWS * (3 + 1)); // samples in three runs, draws in one
    expect(await imputedBy({ samples: 1300 })).toEqual(first);
    expect(await imputedBy({ samples: 1300, threads: 2 })).toEqual(first);
    const few = dataPoints(rows.slice(0, 3 * 2 * WIDTH), 2 * WIDTH);
    expect(await imputedBy({ samples: 1300, data: few })).toEqual(first.slice(0, 3));
    const more = await imputedBy({ samples: 1300, draws: 9 });
    expect(differences('draws', more[0]!.draws.slice(0, 5 * WIDTH), first[0]!.draws, 1e-5)).toEqual([]);
    expect(await imputedBy({ samples: 1300, key: key(4) })).not.toEqual(first);
  });

  it('gives the same eager as compiled, and leaks no tensor on either', async () => {
    const { numTensors } = tf.memory();
    const compiled = await imputedBy({ samples: 700 });
    const before = runCounter.runs;
    const eager = await imputedBy({ samples: 700, engine: 'eager' });
    expect(runCounter.runs).toBe(before);
    expect(tf.memory().numTensors).toBe(numTensors);
    for (const [i, imputed] of eager.entries()) {
      for (const name of ['mean', 'meanStandardError', 'variance', 'draws'] as const)
        expect(differences(name, imputed[name], compiled[i]![name], 2e-5)).toEqual([]);
      expect(imputed.effectiveSampleSize / compiled[i]!.effectiveSampleSize).toBeCloseTo(1, 4);
    }
  });

  it('computes wide samples in parts, with the same noise', async () => {
    const wide: ImputeOptions['modelAt'] = (x) => {
      const model = modelWith(wrong)(x);
      const nothing = (z: Tensor2D) => tf.mul(tf.mean(tf.tile(z, [1, 20_000]), 1), 0);
      return { ...model, likelihood: (z): Tensor1D => tf.add(model.likelihood(z), nothing(z)) };
    };
    const data = dataPoints(rows.slice(0, 2 * 2 * WIDTH), 2 * WIDTH);
    const narrow = await imputedBy({ data });
    const before = runCounter.runs;
    const parts = await imputedBy({ data, modelAt: wide });
    expect(runCounter.runs - before).toBeGreaterThan(2 * 2);
    for (const [i, imputed] of parts.entries())
      for (const name of ['mean', 'meanStandardError', 'variance', 'draws'] as const)
        expect(differences(name, imputed[name], narrow[i]![name], 2e-5)).toEqual([]);
  });

  it('tells how many are done, and begins none after a signal', async () => {
    const controller = new AbortController();
    const done: number[] = [];
    const onProgress = (count: number) => {
      done.push(count);
      if (count === 2) controller.abort();
    };
    const { count } = await impute(options({ onProgress, signal: controller.signal, engine: 'eager' }));
    expect([count, done]).toEqual([2, [1, 2]]);
    const none = await impute(options({ signal: AbortSignal.abort() }));
    expect([none.count, none.leastEffectiveSampleSize]).toEqual([0, Number.POSITIVE_INFINITY]);
  });

  it('has the mean and the least effective sample size', async () => {
    const sizes: number[] = [];
    const { effectiveSampleSize, leastEffectiveSampleSize, ...counts } = await impute(
      options({ onEstimate: (_, imputed) => sizes.push(imputed.effectiveSampleSize) }),
    );
    expect(counts).toEqual({ count: ROWS, samples: 400, draws: 5 });
    expect(effectiveSampleSize).toBeCloseTo(average(sizes), 9);
    expect(leastEffectiveSampleSize).toBe(Math.min(...sizes));
    expect(Math.min(...sizes)).toBeLessThan(300);
  });

  it.each<[string, Partial<ImputeOptions>]>([
    ['impute: samples: expected a whole number, 1 or more, got 0', { samples: 0 }],
    ['impute: draws: expected a whole number, 1 or more, got 1.5', { draws: 1.5 }],
    ['impute: data: expected rows [x, mask] of an even width, got rows of width 5', { data: dataPoints(rows, 5) }],
    [
      'impute: data point 0: mask[1]: expected 0 or 1, got 0.5',
      { data: dataPoints(Float32Array.of(1, 1, 1, 1, 1, 1, 0.5, 1, 1, 1), 10) },
    ],
    [
      'impute: data point 0: x[2]: expected 0, because its mask says that it is missing, got 7',
      { data: dataPoints(Float32Array.of(1, 1, 7, 1, 1, 1, 1, 0, 1, 1), 10) },
    ],
    [
      'impute: data point 0: x[0]: expected 0, because its mask says that it is missing, got NaN',
      { data: dataPoints(Float32Array.of(Number.NaN, 1, 7, 1, 1, 0, 1, 1, 1, 1), 10) },
    ],
  ])('refuses: %s', async (message, rest) => {
    await expect(impute(options(rest))).rejects.toThrow(message);
  });

  it.each([
    [Number.NaN, 'impute: data point 0: expected finite importance weights, got a log p(x) of NaN'],
    [
      Number.NEGATIVE_INFINITY,
      'impute: data point 0: expected an importance weight above 0, got weights that are all 0',
    ],
  ])('refuses log-weights of %d', async (value, message) => {
    const modelAt: ImputeOptions['modelAt'] = (x) => ({
      ...modelWith()(x),
      likelihood: (z) => tf.fill([z.shape[0]], value) as Tensor1D,
    });
    await expect(impute(options({ modelAt }))).rejects.toThrow(message);
  });
});
