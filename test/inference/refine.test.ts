// Refinement of fitted distributions: the draws are those of the target for every fit, and mix fast under a good one.
import { diagonalNormal, type Samplable, standardNormal, uniformBox } from '@flowvae/distributions';
import { type Flow, type Params, type PlanarShapes, planar, pushForward } from '@flowvae/flows';
import { hmcChains, pullBack, type RefineOptions, refine } from '@flowvae/inference';
import type { LogDensity } from '@flowvae/objectives';
import { drawNormal, fold, key } from '@flowvae/random';
import { type Tensor1D, type Tensor2D, tf } from '@flowvae/tensor';
import { describe, expect, it } from 'vitest';
import { differences } from '../laws/comparison.ts';
import { eager, shaped } from '../laws/evaluation.ts';
import { offBy } from './moment-errors.ts';

const dim = 4;

/** Neal's funnel: v ~ N(0, 3²), x_i ~ N(0, e^v). */
const funnel: LogDensity = (z) => {
  const [v, x] = tf.split(z, [1, dim - 1], 1) as [Tensor2D, Tensor2D];
  const width = tf.mul(tf.exp(tf.neg(v)), tf.sum(tf.square(x), 1, true));
  return tf.squeeze(tf.mul(tf.add(tf.add(tf.div(tf.square(v), 9), tf.mul(v, dim - 1)), width), -0.5), [1]) as Tensor1D;
};

/** (u₀, u) → (a·u₀, e^{a·u₀/2}·u): with a = 3 exactly the funnel. */
const funnelFlow = (a: number): Flow<Record<string, never>> => ({
  name: 'funnel',
  dim,
  paramShapes: {},
  initialParams: () => ({}),
  forward(_, z) {
    const [u0, u] = tf.split(z, [1, dim - 1], 1) as [Tensor2D, Tensor2D];
    const y: Tensor2D = tf.concat([tf.mul(u0, a), tf.mul(tf.exp(tf.mul(u0, a / 2)), u)], 1);
    const logDet: Tensor1D = tf.squeeze(tf.add(tf.mul(u0, (a / 2) * (dim - 1)), Math.log(a)), [1]);
    return { y, logDet };
  },
});

/** Mean (1, −1), standard deviations 1 and 2, correlation 0.8. */
const correlated: LogDensity = (z) => {
  const [a, b] = tf.split(z, 2, 1) as [Tensor2D, Tensor2D];
  const [u, v] = [tf.sub(a, 1), tf.div(tf.add(b, 1), 2)];
  const quadratic = tf.add(tf.sub(tf.square(u), tf.mul(tf.mul(u, v), 1.6)), tf.square(v));
  return tf.sum(tf.mul(quadratic, -0.5 / 0.36), 1) as Tensor1D;
};

const normal = (mean: readonly number[], std: readonly number[]) =>
  diagonalNormal({ mean: tf.tensor2d([[...mean]]), logStd: tf.tensor2d([std.map(Math.log)]) });

const run = (logDensity: LogDensity, distribution: Samplable, rest: Partial<RefineOptions> = {}) =>
  refine({ logDensity, distribution, chains: 8, warmUp: 150, draws: 200, leapfrogSteps: 5, key: key(50), ...rest });

describe('refine', () => {
  it('draws from a funnel through a flow that nearly fits it, where HMC in the funnel itself does not mix', async () => {
    const found = await run(funnel, pushForward(standardNormal(dim), funnelFlow(2.5), {}));
    const [v] = found.columns;
    expect(offBy([v!], { means: [0], stds: [3] })).toEqual([]);
    expect(v!.rHat).toBeLessThan(1.02);
    expect(v!.bulkEss).toBeGreaterThan(800); // of 1600 draws
    // e^{−v/2}·x is standard normal, independent of v
    const scaled = found.values.map((value, i) =>
      i % dim === 0 ? value : value * Math.exp(-found.values[i - (i % dim)]! / 2),
    );
    const squares = scaled.filter((_, i) => i % dim > 0).map((value) => value * value);
    expect(Math.abs(squares.reduce((sum, value) => sum + value, 0) / squares.length - 1)).toBeLessThan(0.1);

    const start = drawNormal(key(51), 8 * dim);
    const plain = await hmcChains({
      logDensity: funnel,
      dim,
      start,
      warmUp: 150,
      draws: 200,
      leapfrogSteps: 5,
      key: key(50),
    });
    expect(plain.columns[0]!.bulkEss).toBeLessThan(v!.bulkEss / 10);
  });

  it.each<[string, () => Samplable]>([
    ['a normal at a wrong place and too narrow', () => normal([0, 0.5], [0.6, 0.8])],
    ['a planar flow, which has no closed inverse', planarPosterior],
    ['noise wider than the draws, z = u₀ + u₁ each', wideNoise],
  ])('finds the moments of a correlated normal from %s', async (_, distribution) => {
    const found = await run(correlated, distribution());
    expect(offBy(found.columns, { means: [1, -1], stds: [1, 2] })).toEqual([]);
    expect([found.dim, found.values.length]).toEqual([2, 8 * 200 * 2]);
    for (const { rHat } of found.columns) expect(rHat).toBeLessThan(1.03);
  });

  it('takes uniform noise: Beta(2, 2) from the uniform distribution', async () => {
    const beta: LogDensity = (z) => tf.sum(tf.add(tf.log(z), tf.log(tf.sub(1, z))), 1) as Tensor1D;
    const found = await run(beta, uniformBox([0, 0], [1, 1]));
    expect(offBy(found.columns, { means: [0.5, 0.5], stds: [Math.sqrt(0.05), Math.sqrt(0.05)] })).toEqual([]);
  });

  it('starts where the target has density, of few draws of q', async () => {
    const half: LogDensity = (z) => tf.sum(tf.sub(tf.log(z), z), 1) as Tensor1D; // NaN below 0: Gamma(2, 1)
    const found = await run(half, standardNormal(1));
    expect(offBy(found.columns, { means: [2], stds: [Math.SQRT2] })).toEqual([]);
    const nowhere: LogDensity = (z) => tf.sum(tf.sub(tf.log(tf.sub(z, 100)), z), 1) as Tensor1D;
    await expect(run(nowhere, standardNormal(1))).rejects.toThrow(
      'importanceResample: logWeights: expected 8 or more weights above 0, got 0',
    );
  });

  it('is over at once after a signal, without draws', async () => {
    const found = await run(correlated, standardNormal(2), { signal: AbortSignal.abort() });
    expect([found.draws, found.dim, found.values.length, found.columns.length]).toEqual([0, 2, 0, 0]);
  });
});

/** z = u₀ + u₁ in each of two dimensions: q is N(0, 2). */
function wideNoise(): Samplable {
  return {
    noise: { kind: 'normal', width: 4 },
    sampleAndLogProb(noise) {
      const [a, b] = tf.split(noise, 2, 1) as [Tensor2D, Tensor2D];
      const z: Tensor2D = tf.add(a, b);
      const logProb = normal([0, 0], [Math.SQRT2, Math.SQRT2]).logProb(z);
      return { z, logProb, terms: {} };
    },
    detached() {
      return this;
    },
  };
}

function planarPosterior(): Samplable {
  const flow = planar(2, 4);
  const entries = Object.entries(flow.paramShapes).map(([name, shape], i) => {
    const size = shape.reduce((product, side) => product * side, 1);
    return [name, tf.tensor(drawNormal(fold(key(52), i), size), [1, ...shape])] as const;
  });
  return pushForward(standardNormal(2), flow, Object.fromEntries(entries) as Params<PlanarShapes>);
}

describe('pullBack', () => {
  it('is log p̃(f(u)) + log|det ∂f/∂u|', () => {
    const u = drawNormal(key(53), 6 * dim);
    const { found, wanted } = eager(
      (given) => {
        const noise = given.u as Tensor2D;
        const { y, logDet } = funnelFlow(2).forward({}, noise);
        const pulled = pullBack(funnel, pushForward(standardNormal(dim), funnelFlow(2), {}));
        return { found: pulled(noise), wanted: tf.add(funnel(y), logDet) };
      },
      { u: shaped(u, [6, dim]) },
    );
    expect(differences('density', found!, wanted!, 1e-4)).toEqual([]);
  });

  it('by the exact fit is the standard normal up to a constant', () => {
    const u = drawNormal(key(54), 20 * dim);
    const { ratio } = eager(
      (given) => {
        const pulled = pullBack(funnel, pushForward(standardNormal(dim), funnelFlow(3), {}));
        return { ratio: tf.sub(pulled(given.u as Tensor2D), standardNormal(dim).logProb(given.u as Tensor2D)) };
      },
      { u: shaped(u, [20, dim]) },
    );
    // ∫ of the unnormalised funnel is 3·(2π)^{D/2}
    expect(
      differences('ratio', ratio!, new Array(20).fill(Math.log(3) + (dim / 2) * Math.log(2 * Math.PI)), 1e-4),
    ).toEqual([]);
  });
});
