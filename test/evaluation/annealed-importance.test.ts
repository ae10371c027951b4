// Annealed importance sampling on a model whose evidence is known: unbiased weights, both directions around the truth,
// the same on any engine.
import { runCounter } from '@flowvae/compiler';
import { diagonalNormal } from '@flowvae/distributions';
import {
  type AnnealedEstimate,
  type AnnealedImportanceOptions,
  annealedImportance,
  evaluateModel,
} from '@flowvae/evaluation';
import { fromPosterior, fromPrior, sigmoidTemperatures } from '@flowvae/objectives';
import { drawNormal, key } from '@flowvae/random';
import { type Tensor2D, tf } from '@flowvae/tensor';
import { dataPoints } from '@flowvae/training';
import { describe, expect, it } from 'vitest';
import {
  type AnnealingRunner,
  annealChains,
  annealingFunctions,
  forwardStart,
  givenStart,
} from '../../packages/evaluation/src/annealing/chains.ts';
import { functionsRunner } from '../../packages/training/src/steps/function-runner.ts';
import { logEvidence as exactLogEvidence } from '../reference/linear-gaussian.ts';
import { data, given, modelAt } from '../training/linear-gaussian-at.ts';

const { latent, observed, weights, mean, sd, logEvidence, posteriorMean, posteriorCholesky } = given;
const noise = { kind: 'normal', width: latent } as const;
const pathAt = (x: Tensor2D) => fromPrior(modelAt(x));

const average = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
const errorOf = (values: readonly number[]) => {
  const centre = average(values);
  return Math.sqrt(values.reduce((sum, value) => sum + (value - centre) ** 2, 0) / (values.length - 1) / values.length);
};

const options = (rest: Partial<AnnealedImportanceOptions> = {}): AnnealedImportanceOptions => ({
  variables: {},
  pathAt,
  noise,
  data,
  temperatures: sigmoidTemperatures(6),
  chains: 5,
  leapfrogSteps: 3,
  key: key(8),
  ...rest,
});

/** Latents from the prior and data from the model at them. */
function simulated(count: number) {
  const z = drawNormal(key(21), count * latent);
  const epsilon = drawNormal(key(22), count * observed);
  const x = epsilon.map((value, i) => {
    const [row, column] = [Math.floor(i / observed), i % observed];
    const signal = Array.from({ length: latent }, (_, j) => weights[column * latent + j]! * z[row * latent + j]!);
    return mean[column]! + signal.reduce((a, b) => a + b) + sd * value;
  });
  const matrix = Array.from({ length: observed }, (_, i) => Array.from(weights).slice(i * latent, (i + 1) * latent));
  const truth = Array.from({ length: count }, (_, i) =>
    exactLogEvidence({ weights: matrix, mean: Array.from(mean), sd }, [
      ...x.subarray(i * observed, (i + 1) * observed),
    ]),
  );
  return { data: dataPoints(x, observed), latents: dataPoints(z, latent), truth };
}

describe('weights of many chains at one data point', () => {
  const chains = 4000;
  const temperatures = [0, 0.02, 0.06, 0.15, 0.35, 0.65, 1].map(Math.fround);
  const rows = { x: new Float32Array(chains * observed), width: observed, points: 1, chains };
  for (let i = 0; i < chains; i++) rows.x.set(data.row(0), i * observed);
  const stepSizes = { at: () => Float32Array.of(0.6), observe() {} };

  /** Exact draws from p(z|x). */
  const exact = drawNormal(key(31), chains * latent).map((_, i, epsilon) => {
    const [row, j] = [Math.floor(i / latent), i % latent];
    const spread = Array.from(
      { length: latent },
      (__, k) => posteriorCholesky[j * latent + k]! * epsilon[row * latent + k]!,
    );
    return posteriorMean[j]! + spread.reduce((a, b) => a + b);
  });

  /** By how many standard errors the mean of w/p(x), or of p(x)·w in reverse, misses 1. */
  async function miss(
    direction: 'forward' | 'reverse',
    change: (runner: AnnealingRunner) => AnnealingRunner = (r) => r,
  ) {
    const honest = await functionsRunner(annealingFunctions(pathAt, 2), {});
    const runner = change(honest);
    const forward = direction === 'forward';
    const start = await (forward ? forwardStart(runner, rows, noise, key(33)) : givenStart(runner, rows, exact));
    const result = await annealChains(
      {
        runner,
        stepSizes,
        key: key(34),
        onMove() {},
        temperatures: forward ? temperatures : temperatures.toReversed(),
      },
      rows,
      start,
    );
    await honest.dispose();
    const relative = Array.from(result!.logWeights, (logW) => Math.exp(logW - (forward ? 1 : -1) * logEvidence[0]!));
    const acceptance = average(Array.from(result!.acceptance));
    return { misses: Math.abs(average(relative) - 1) / errorOf(relative), error: errorOf(relative), acceptance };
  }

  it.each(['forward', 'reverse'] as const)('%s: are right on average', async (direction) => {
    const { misses, error, acceptance } = await miss(direction);
    expect(misses).toBeLessThan(4);
    expect(error).toBeLessThan(0.12);
    expect(acceptance).toBeGreaterThan(0.3);
    expect(acceptance).toBeLessThan(0.95);
  });

  const changed =
    (arrays: (given: Readonly<Record<string, Float32Array>>) => Readonly<Record<string, Float32Array>>) =>
    (runner: AnnealingRunner): AnnealingRunner => ({
      ...runner,
      run: (name, inputs, shapes) =>
        runner.run(name, name === 'move' ? arrays(inputs as Readonly<Record<string, Float32Array>>) : inputs, shapes),
    });
  const after = (beta: number) => temperatures[temperatures.indexOf(beta) + 1]!;

  it.each<[string, (runner: AnnealingRunner) => AnnealingRunner]>([
    [
      'transitions at the temperature after, so that weights come too late',
      changed((inputs) => ({ ...inputs, temperature: Float32Array.of(after(inputs.temperature![0]!)) })),
    ],
    [
      'transitions that accept everything',
      changed((inputs) => ({ ...inputs, uniform: inputs.uniform!.map(() => -1) })),
    ],
  ])('would not be under %s', async (_, change) => {
    expect((await miss('forward', change)).misses).toBeGreaterThan(6);
  });
});

describe('both directions', () => {
  const { truth, ...given40 } = simulated(40);

  it('lie around the truth on simulated data, the closer the more temperatures; importance sampling lies between', async () => {
    const seen: AnnealedEstimate[] = [];
    const onEstimate = (image: number, estimate: AnnealedEstimate) => {
      expect(image).toBe(seen.length);
      seen.push(estimate);
    };
    const result = await annealedImportance(options({ ...given40, temperatures: sigmoidTemperatures(30), onEstimate }));
    const below = seen.map(({ forward }, i) => truth[i]! - forward.logEvidence);
    const above = seen.map(({ reverse }, i) => reverse!.logEvidence - truth[i]!);
    for (const misses of [below, above]) {
      expect(average(misses)).toBeGreaterThan(-3 * errorOf(misses));
      expect(average(misses)).toBeLessThan(0.4);
    }
    expect(result).toMatchObject({ images: 40, chains: 5, temperatures: 30 });
    expect(result.gap).toBeCloseTo(average(below) + average(above), 9);
    expect(result.gap).toBeGreaterThan(0);
    expect(result.gapStandardError).toBeCloseTo(errorOf(below.map((value, i) => value + above[i]!)), 9);
    const forwards = seen.map(({ forward }) => forward.logEvidence);
    expect(result.forward.logEvidence).toBeCloseTo(average(forwards), 9);
    expect(result.forward.logEvidenceStandardError).toBeCloseTo(errorOf(forwards), 9);
    expect(result.forward.acceptance).toBeGreaterThan(0.4);

    const coarse = await annealedImportance(options({ ...given40, temperatures: sigmoidTemperatures(2) }));
    expect(coarse.gap!).toBeGreaterThan(3 * result.gap!);
    expect(coarse.forward.logEvidence).toBeLessThan(average(truth));
    expect(coarse.reverse!.logEvidence).toBeGreaterThan(average(truth));

    const sampled = await evaluateModel({
      variables: {},
      modelAt,
      noise,
      data: given40.data,
      samples: 500,
      key: key(9),
    });
    expect(-sampled.nll).toBeLessThan(result.reverse!.logEvidence + 0.02);
    expect(-sampled.nll).toBeGreaterThan(coarse.forward.logEvidence);
    expect(Math.abs(-sampled.nll - average(truth))).toBeLessThan(0.02);
  });

  it('are exact from the exact posterior, for any temperatures', async () => {
    const still = tf.tidy(() => tf.tensor2d([[0, 0]]));
    const standard = diagonalNormal({ mean: still as Tensor2D, logStd: still as Tensor2D });
    // nothing is observed: the posterior is the prior, and p(x) = e^−7
    const nothing = {
      prior: standard,
      posterior: standard,
      likelihood: (z: Tensor2D) => tf.sub(tf.mul(tf.sum(z, 1), 0), 7),
    };
    const path = options({ pathAt: () => fromPosterior(nothing as Parameters<typeof fromPosterior>[0]) });
    const { forward } = await annealedImportance(path);
    expect(forward.logEvidence).toBeCloseTo(-7, 5);
    expect(forward.effectiveSampleSize).toBeCloseTo(5, 5);
    still.dispose();
  });

  it('reach the same truth from an approximate posterior, with less to go', async () => {
    const fromApproximate = options({ pathAt: (x) => fromPosterior(modelAt(x)), chains: 50 });
    const { forward } = await annealedImportance(fromApproximate);
    expect(Math.abs(forward.logEvidence - average(logEvidence))).toBeLessThan(0.15);
    const { forward: farther } = await annealedImportance(options({ chains: 50 }));
    expect(forward.effectiveSampleSize).toBeGreaterThan(1.2 * farther.effectiveSampleSize);
  });
});

describe('annealedImportance', () => {
  const { data: points, latents } = simulated(20); // two groups of 12 and 8 data points

  it('gives the same on any number of threads, other numbers under another key, and leaks no tensor', async () => {
    const tensors = tf.memory().numTensors;
    const before = runCounter.runs;
    const alone = await annealedImportance(options({ data: points, latents }));
    const runs = runCounter.runs - before;
    expect(runs).toBe(2 * (2 + 1 + 3 * 5)); // two starts, a ratio, three passes of five transitions, for each group
    expect(await annealedImportance(options({ data: points, latents, threads: 3 }))).toEqual(alone);
    const other = await annealedImportance(options({ data: points, latents, key: key(7) }));
    expect(other.forward.logEvidence).not.toBe(alone.forward.logEvidence);
    const eager = await annealedImportance(options({ data: points, latents, engine: 'eager' }));
    expect(eager.forward.logEvidence).toBeCloseTo(alone.forward.logEvidence, 2);
    expect(tf.memory().numTensors).toBe(tensors);
  });

  it('tells of its progress, and ends at once', async () => {
    const shares: number[] = [];
    const controller = new AbortController();
    await annealedImportance(options({ onProgress: (share) => shares.push(share) }));
    expect(shares).toEqual(shares.toSorted((a, b) => a - b));
    expect(shares.at(-1)).toBeCloseTo(1, 12);
    const stopping = options({ onProgress: () => controller.abort(), signal: controller.signal });
    expect((await annealedImportance(stopping)).images).toBe(0);
  });

  it('with one step is importance sampling from the initial density', async () => {
    const { forward } = await annealedImportance(options({ temperatures: [0, 1], chains: 400 }));
    expect(forward.acceptance).toBeNaN();
    expect(forward.logEvidence).toBeLessThan(average(logEvidence) + 0.1);
    expect(forward.effectiveSampleSize).toBeLessThan(100);
  });

  it.each<[string, Partial<AnnealedImportanceOptions>, RegExp]>([
    [
      'temperatures that fall',
      { temperatures: [0, 0.5, 0.4, 1] },
      /temperatures: expected numbers that rise from 0 to 1, got \[0, 0\.5, 0\.4, 1\]/,
    ],
    ['temperatures that end early', { temperatures: [0, 0.5] }, /temperatures/],
    ['a single temperature', { temperatures: [1] }, /temperatures/],
    ['no chains', { chains: 0 }, /chains: expected a whole number from 1 on, got 0/],
    ['half a leapfrog step', { leapfrogSteps: 0.5 }, /leapfrogSteps: expected a whole number from 1 on, got 0\.5/],
    ['latents of other data', { latents }, /latents: expected 6 rows, one for each data point, got 20 rows/],
  ])('refuses %s', async (_, wrong, message) => {
    await expect(annealedImportance(options(wrong))).rejects.toThrow(message);
  });

  it('names the data point whose weights are not numbers', async () => {
    const broken = (x: Tensor2D) => ({
      ...pathAt(x),
      logRatio: (z: Tensor2D) => tf.sqrt(tf.sub(tf.sum(tf.mul(z, 0), 1), 1)),
    });
    const wrong = annealedImportance(options({ pathAt: broken as AnnealedImportanceOptions['pathAt'] }));
    await expect(wrong).rejects.toThrow(/annealedImportance: data point 0: expected a finite estimate/);
  });
});
