// Chains of HMC: known moments within their Monte Carlo errors, an acceptance as wanted, and results that do not depend
// on threads.
import { type HmcChains, type HmcChainsOptions, hmcChains } from '@flowvae/inference';
import type { LogDensity } from '@flowvae/objectives';
import { drawNormal, key } from '@flowvae/random';
import { type Tensor1D, type Tensor2D, tf } from '@flowvae/tensor';
import { describe, expect, it } from 'vitest';
import { DualAveraging } from '../../packages/inference/src/chains/dual-averaging.ts';
import { WarmUp, windowEnds } from '../../packages/inference/src/chains/warm-up.ts';
import { offBy } from './moment-errors.ts';

/** Independent normals. */
const normals =
  (means: readonly number[], stds: readonly number[]): LogDensity =>
  (z) =>
    tf.mul(
      tf.sum(tf.square(tf.div(tf.sub(z, tf.tensor2d([[...means]])), tf.tensor2d([[...stds]]))), 1),
      -0.5,
    ) as Tensor1D;

/** Standard normals of correlation 0.95. */
const correlated: LogDensity = (z) => {
  const [a, b] = tf.split(z, 2, 1) as [Tensor2D, Tensor2D];
  const quadratic = tf.add(tf.sub(tf.square(a), tf.mul(tf.mul(a, b), 2 * 0.95)), tf.square(b));
  return tf.sum(tf.mul(quadratic, -0.5 / (1 - 0.95 ** 2)), 1) as Tensor1D;
};

const spread = (chains: number, dim: number, scale = 2) =>
  drawNormal(key(40), chains * dim).map((value) => scale * value);

const run = (logDensity: LogDensity, dim: number, rest: Partial<HmcChainsOptions> = {}): Promise<HmcChains> =>
  hmcChains({ logDensity, dim, start: spread(8, dim), key: key(41), warmUp: 300, draws: 400, ...rest });

describe('hmcChains', () => {
  it('finds the moments of normals whose scales differ by 10⁴, with scales and acceptance as wanted', async () => {
    const [means, stds] = [
      [3, 0, -50],
      [0.01, 1, 100],
    ];
    const found = await run(normals(means, stds), 3);
    expect(offBy(found.columns, { means, stds })).toEqual([]);
    for (const { rHat, bulkEss, tailEss } of found.columns) {
      expect(rHat).toBeLessThan(1.02);
      expect(Math.min(bulkEss, tailEss)).toBeGreaterThan(800);
    }
    expect(found.scales.map((scale, d) => scale / stds[d]!).every((ratio) => ratio > 0.8 && ratio < 1.25)).toBe(true);
    expect(Math.abs(found.acceptanceRate - 0.8)).toBeLessThan(0.1);
    expect(found.divergences).toBe(0);
    expect([found.chains, found.draws, found.dim, found.values.length]).toEqual([8, 400, 3, 9600]);
  });

  it('finds the moments and the correlation of a narrow normal', async () => {
    const found = await run(correlated, 2);
    expect(offBy(found.columns, { means: [0, 0], stds: [1, 1] })).toEqual([]);
    let product = 0;
    for (let i = 0; i < found.values.length; i += 2) product += found.values[i]! * found.values[i + 1]!;
    expect(Math.abs(product / (found.values.length / 2) - 0.95)).toBeLessThan(0.1);
  });

  it('would be off by many errors for a density that is off by a tenth', async () => {
    const found = await run(normals([0.1, 0], [1, 1.1]), 2, { warmUp: 150, draws: 800 });
    expect(offBy(found.columns, { means: [0, 0], stds: [1, 1] })).toHaveLength(2);
  });

  it('lays draws out chain by chain, and each chain moves on its own', async () => {
    const start = Float32Array.of(-1, 1);
    // two far wells: chains stay where they begin
    const wells: LogDensity = (z) => tf.mul(tf.sum(tf.square(tf.sub(tf.abs(z), 1)), 1), -500) as Tensor1D;
    const found = await run(wells, 1, { start, warmUp: 50, draws: 30 });
    expect(Array.from(found.values.subarray(0, 30)).every((value) => value < 0)).toBe(true);
    expect(Array.from(found.values.subarray(30)).every((value) => value > 0)).toBe(true);
    expect(found.columns[0]!.rHat).toBeGreaterThan(1.5);
  });

  it('gives the same draws with two threads as with one, and by the eager engine nearly', async () => {
    const rest = { start: spread(130, 2), warmUp: 20, draws: 5 };
    const [one, two] = [await run(correlated, 2, rest), await run(correlated, 2, { ...rest, threads: 2 })];
    expect(two).toEqual(one);
    const short = { start: spread(3, 2, 0.5), warmUp: 0, draws: 2, leapfrogSteps: 2 };
    const [compiled, eager] = [
      await run(correlated, 2, short),
      await run(correlated, 2, { ...short, engine: 'eager' }),
    ];
    expect(compiled.values.every((value, i) => Math.abs(value - eager.values[i]!) < 1e-4)).toBe(true);
    const other = await run(correlated, 2, { ...short, key: key(42) });
    expect(other.values).not.toEqual(compiled.values);
  });

  it('counts transitions that go astray', async () => {
    // a wall: NaN below 0
    const wall: LogDensity = (z) => tf.sum(tf.sub(tf.log(z), z), 1) as Tensor1D; // Gamma(2, 1)
    const found = await run(wall, 1, { start: spread(8, 1).map((value) => Math.abs(value) + 0.5) });
    expect(found.divergences).toBeGreaterThan(0);
    expect(found.divergences).toBe(found.diverging.reduce((sum, value) => sum + value, 0));
    expect(found.diverging.every((value, i) => value === 0 || found.acceptance[i] === 0)).toBe(true);
    expect(found.values.every((value) => value > 0)).toBe(true);
    expect(offBy(found.columns, { means: [2], stds: [Math.SQRT2] })).toEqual([]);
  });

  it('takes smaller steps for a higher acceptance', async () => {
    const rest = { warmUp: 150, draws: 100 };
    const [usual, high] = [
      await run(correlated, 2, rest),
      await run(correlated, 2, { ...rest, targetAcceptance: 0.97 }),
    ];
    expect(high.acceptanceRate).toBeGreaterThan(0.93);
    expect(high.stepSize).toBeLessThan(0.8 * usual.stepSize);
  });

  it('tells the share of the work, and keeps the draws so far after a signal', async () => {
    const controller = new AbortController();
    const shares: number[] = [];
    const onProgress = (share: number) => {
      shares.push(share);
      if (shares.length === 7) controller.abort();
    };
    const found = await run(correlated, 2, { warmUp: 4, draws: 6, onProgress, signal: controller.signal });
    expect(shares).toEqual([0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7]);
    expect([found.draws, found.values.length, found.acceptance.length]).toEqual([3, 48, 24]);
    const none = await run(correlated, 2, { signal: AbortSignal.abort() });
    expect([none.draws, none.columns]).toEqual([0, []]);
  });

  it.each([
    [
      'rows that do not fit',
      { start: new Float32Array(3) },
      'start: expected rows of 2 numbers, one for each chain, got 3 numbers',
    ],
    [
      'a start of no density',
      { start: Float32Array.of(0, 0, Number.NaN, 0) },
      'start: row 1: expected a point with a finite log density, got NaN; start where the density is above 0, and check that it computes no NaN there',
    ],
    ['no draws', { draws: 0 }, 'draws: expected a whole number, 1 or more, got 0'],
    ['half a warm-up', { warmUp: 0.5 }, 'warmUp: expected a whole number, 1 or more, got 0.5'],
    ['a sure acceptance', { targetAcceptance: 1 }, 'targetAcceptance: expected a number between 0 and 1, got 1'],
    ['no leapfrog step', { leapfrogSteps: 0 }, 'leapfrogSteps: expected a whole number, 1 or more, got 0'],
  ])('refuses %s', async (_, rest, message) => {
    await expect(run(correlated, 2, rest)).rejects.toThrow(`hmcChains: ${message}`);
  });
});

describe('DualAveraging', () => {
  it('follows the recursion of the paper', () => {
    const averaging = new DualAveraging(0.8, 0.5);
    const [mu, gamma, t0, kappa] = [Math.log(5), 0.05, 10, 0.75];
    let [h, x, xBar] = [0, Math.log(0.5), 0];
    for (const [i, acceptance] of [1, 0.2, 0.9, 0, 0.7].entries()) {
      expect(averaging.size).toBeCloseTo(Math.exp(x), 12);
      averaging.observe(acceptance);
      const t = i + 1;
      h = (1 - 1 / (t + t0)) * h + (0.8 - acceptance) / (t + t0);
      x = mu - (Math.sqrt(t) / gamma) * h;
      xBar = t ** -kappa * x + (1 - t ** -kappa) * xBar;
    }
    expect(averaging.settled).toBeCloseTo(Math.exp(xBar), 12);
    expect(new DualAveraging(0.8, 0.5).settled).toBeCloseTo(0.5, 12);
  });

  it.each([1e-4, 1, 1e4])('finds the size %d at which the acceptance is as wanted, from 1', (right) => {
    const averaging = new DualAveraging(0.8, 1);
    for (let t = 0; t < 500; t++) averaging.observe(0.8 ** ((averaging.size / right) ** 2));
    expect(Math.abs(Math.log(averaging.settled / right))).toBeLessThan(0.05);
  });
});

describe('the warm-up', () => {
  it('renews scales at the ends of the windows of Stan', () => {
    expect(windowEnds(1000)).toEqual([100, 150, 250, 450, 950]);
    expect(windowEnds(500)).toEqual([100, 150, 250, 450]);
    expect(windowEnds(150)).toEqual([100]);
    expect(windowEnds(100)).toEqual([90]);
    expect([windowEnds(20), windowEnds(19), windowEnds(0)]).toEqual([[18], [], []]);
  });

  it('takes standard deviations over all chains of a window, and keeps a scale of no variance', () => {
    const warmUp = new WarmUp({ transitions: 20, dim: 2, acceptance: 0.8 });
    const changes: number[] = [];
    for (let t = 1; t <= 20; t++) {
      const z = Float32Array.of(t, 7, -t, 7);
      if (warmUp.observe(z, Float32Array.of(0.8, 0.8))) changes.push(t);
    }
    expect(changes).toEqual([18]);
    // ±4 … ±18: the first three transitions are before the window
    const squares = Array.from({ length: 15 }, (_, i) => 2 * (i + 4) ** 2).reduce((sum, value) => sum + value, 0);
    expect(warmUp.scales[0]).toBeCloseTo(Math.sqrt(squares / 29), 4);
    expect(warmUp.scales[1]).toBe(1);
  });
});
