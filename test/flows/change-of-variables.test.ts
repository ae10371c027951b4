// Worked examples of log q(y) = log p(z) − log|det ∂y/∂z|, whose answers are known in closed form.
import { type Samplable, standardNormal, uniformBox } from '@flowvae/distributions';
import { type BoxFlow, type InvertibleFlow, pushForward } from '@flowvae/flows';
import { drawNormal, drawUniform, fold, key } from '@flowvae/random';
import { ExpectationError, type Tensor1D, type Tensor2D, tf } from '@flowvae/tensor';
import { type FitDensityOptions, fitDensity } from '@flowvae/training';
import { describe, expect, it } from 'vitest';
import { differences } from '../laws/comparison.ts';
import { eager, shaped } from '../laws/evaluation.ts';

/** A flow without parameters, from its two maps. */
const fixed = (
  dim: number,
  forward: (z: Tensor2D) => { y: Tensor2D; logDet: Tensor1D },
  inverse: (y: Tensor2D) => { z: Tensor2D; logDet: Tensor1D },
): InvertibleFlow => ({
  name: 'fixed',
  dim,
  paramShapes: {},
  initialParams: () => ({}),
  forward: (_, z) => forward(z),
  inverse: (_, y) => inverse(y),
});

const constant = (like: Tensor2D, value: number): Tensor1D => tf.fill([like.shape[0]], value);

/** y = a + b·z, log|det| = log|b|. */
const affineMap = (a: number, b: number) =>
  fixed(
    1,
    (z) => ({ y: tf.add(a, tf.mul(b, z)), logDet: constant(z, Math.log(Math.abs(b))) }),
    (y) => ({ z: tf.div(tf.sub(y, a), b), logDet: constant(y, -Math.log(Math.abs(b))) }),
  );

/** y = e^z, log|det| = z. */
const exponential = fixed(
  1,
  (z) => ({ y: tf.exp(z), logDet: tf.sum(z, 1) }),
  (y) => ({ z: tf.log(y), logDet: tf.neg(tf.sum(tf.log(y), 1)) }),
);

/** Draws from uniform noise, with their log-densities. */
function drawFrom(q: Samplable, count: number) {
  const noise = shaped(drawUniform(fold(key(7), 'noise'), count), [count, 1]);
  return eager(
    ({ noise: given }) => {
      const { z, logProb } = q.sampleAndLogProb(given as Tensor2D);
      return { y: z, logProb };
    },
    { noise },
  );
}

/** Largest difference between the empirical distribution function and the true one. */
function kolmogorovDistance(draws: Float32Array, distribution: (y: number) => number): number {
  const sorted = draws.toSorted();
  return sorted.reduce((worst, y, i) => Math.max(worst, Math.abs(distribution(y) - (i + 0.5) / sorted.length)), 0);
}

describe('a uniform number on [0, 1)', () => {
  it.each([
    [3, 2],
    [-1, -0.25],
  ])('under y = %d + %d·z is uniform with density 1/|b|', (a, b) => {
    const { y, logProb } = drawFrom(pushForward(uniformBox([0], [1]), affineMap(a, b), {}), 4000);
    expect(
      differences(
        'log q',
        logProb!,
        logProb!.map(() => -Math.log(Math.abs(b))),
        1e-6,
      ),
    ).toEqual([]);
    const [from, to] = [Math.min(a, a + b), Math.max(a, a + b)];
    expect(y!.every((value) => value >= from - 1e-6 && value <= to + 1e-6)).toBe(true);
    expect(kolmogorovDistance(y!, (value) => (value - from) / (to - from))).toBeLessThan(0.03);
  });

  it('under y = e^z lives on [1, e) with density 1/y', () => {
    const { y, logProb } = drawFrom(pushForward(uniformBox([0], [1]), exponential, {}), 4000);
    expect(
      differences(
        'log q',
        logProb!,
        Array.from(y!, (value) => -Math.log(value)),
        1e-6,
      ),
    ).toEqual([]);
    expect(kolmogorovDistance(y!, Math.log)).toBeLessThan(0.03);
    expect(kolmogorovDistance(y!, (value) => (value - 1) / (Math.E - 1))).toBeGreaterThan(0.05); // not uniform
  });
});

it('a standard normal number under y = e^z is log-normal, also where it is scored', () => {
  const points = [0.01, 0.3, 1, 2.5, 40];
  const { logProb } = eager(
    ({ y }) => ({ logProb: pushForward(standardNormal(1), exponential, {}).logProb(y as Tensor2D) }),
    { y: shaped(points, [points.length, 1]) },
  );
  const logNormal = (y: number) => -Math.log(y) - 0.5 * Math.log(2 * Math.PI) - 0.5 * Math.log(y) ** 2;
  expect(differences('log q', logProb!, points.map(logNormal), 1e-5)).toEqual([]);
});

describe('y = A·z of a standard normal vector', () => {
  const A = [
    [2, 0.5, -1],
    [0, 1.5, 0.3],
    [0.7, -0.2, -0.8],
  ];
  // expansion along the first row
  const det = 2 * (1.5 * -0.8 - 0.3 * -0.2) - 0.5 * (0 * -0.8 - 0.3 * 0.7) + -1 * (0 * -0.2 - 1.5 * 0.7);
  const adjugate = [
    [1.5 * -0.8 - 0.3 * -0.2, -(0.5 * -0.8 - -1 * -0.2), 0.5 * 0.3 - -1 * 1.5],
    [-(0 * -0.8 - 0.3 * 0.7), 2 * -0.8 - -1 * 0.7, -(2 * 0.3 - -1 * 0)],
    [0 * -0.2 - 1.5 * 0.7, -(2 * -0.2 - 0.5 * 0.7), 2 * 1.5 - 0.5 * 0],
  ];
  const inverseA = adjugate.map((row) => row.map((value) => value / det));
  const linearMap = fixed(
    3,
    (z) => ({ y: tf.matMul(z, tf.tensor2d(A), false, true), logDet: constant(z, Math.log(Math.abs(det))) }),
    (y) => ({ z: tf.matMul(y, tf.tensor2d(inverseA), false, true), logDet: constant(y, -Math.log(Math.abs(det))) }),
  );

  it('has density N(A⁻¹y; 0, I)/|det A|', () => {
    const y = drawNormal(key(8), 30).map((value) => 3 * value);
    const { logProb } = eager(
      ({ y: at }) => ({ logProb: pushForward(standardNormal(3), linearMap, {}).logProb(at as Tensor2D) }),
      { y: shaped(y, [10, 3]) },
    );
    const expected = Array.from({ length: 10 }, (_, i) => {
      const z = inverseA.map((row) => row.reduce((sum, value, d) => sum + value * y[3 * i + d]!, 0));
      const squares = z.reduce((sum, value) => sum + value * value, 0);
      return -0.5 * squares - 1.5 * Math.log(2 * Math.PI) - Math.log(Math.abs(det));
    });
    expect(differences('log q', logProb!, expected, 1e-5)).toEqual([]);
    expect(Math.abs(Math.log(Math.abs(det)))).toBeGreaterThan(0.1);
  });

  it('has the covariance A·Aᵀ', () => {
    const count = 20_000;
    const { y } = eager(
      ({ noise }) => ({ y: pushForward(standardNormal(3), linearMap, {}).sampleAndLogProb(noise as Tensor2D).z }),
      { noise: shaped(drawNormal(key(9), 3 * count), [count, 3]) },
    );
    for (const [i, row] of A.entries()) {
      for (const [j, other] of A.entries()) {
        const expected = row.reduce((sum, value, d) => sum + value * other[d]!, 0);
        let found = 0;
        for (let n = 0; n < count; n++) found += (y![3 * n + i]! * y![3 * n + j]!) / count;
        expect(Math.abs(found - expected)).toBeLessThan(0.2); // four standard errors of about 5.3·√2/√20,000
      }
    }
  });
});

describe('a uniform base', () => {
  const base = uniformBox([0, 0], [1, 1]);
  /** y = z^p on [0, 1]², p = e^power: onto the box, from 0 to 0 and from 1 to 1. */
  const powers = (box = base.box): BoxFlow => {
    const map = (z: Tensor2D, exponent: Tensor2D) => {
      const logSlopes = tf.add(tf.log(exponent), tf.mul(tf.sub(exponent, 1), tf.log(z)));
      return { image: tf.pow(z, exponent) as Tensor2D, logDet: tf.sum(logSlopes, 1) as Tensor1D };
    };
    return {
      name: 'powers',
      dim: 2,
      box,
      paramShapes: { power: [2] },
      initialParams: () => ({ power: new Float32Array(2) }),
      forward({ power }, z) {
        const { image, logDet } = map(z, tf.exp(power!) as Tensor2D);
        return { y: image, logDet };
      },
      inverse({ power }, y) {
        const { image, logDet } = map(y, tf.exp(tf.neg(power!)) as Tensor2D);
        return { z: image, logDet };
      },
    };
  };
  const params = () => ({ power: tf.variable(tf.tensor2d([[0.4, -0.3]])) });

  it('scores behind a flow onto its box: y = z^p has density y^(1/p − 1)/p', () => {
    const y = [0.2, 0.5, 0.9, 0.1];
    const { logProb } = eager(
      ({ y: at, power }) => ({ logProb: pushForward(base, powers(), { power: power! }).logProb(at as Tensor2D) }),
      { y: shaped(y, [2, 2]), power: shaped([0.4, -0.3], [1, 2]) },
    );
    const expected = [0, 1].map((i) =>
      [0.4, -0.3].reduce((sum, power, d) => {
        const p = Math.exp(power);
        return sum - Math.log(p) + (1 / p - 1) * Math.log(y[2 * i + d]!);
      }, 0),
    );
    expect(differences('log q', logProb!, expected, 1e-5)).toEqual([]);
  });

  it('is refused by the compiler as a density behind any other flow', () => {
    const other = exponential;
    const q = pushForward(uniformBox([0], [1]), other, {});
    // @ts-expect-error: points of the data may lie outside the image of the box, so nothing can be fitted
    const fitting = () => fitDensity(q, {} as FitDensityOptions);
    expect(typeof fitting).toBe('function');
    expect('logProb' in q).toBe(false);
  });

  it('stays on its box behind a flow that keeps it, in type and value', () => {
    const once = pushForward(base, powers(), { power: tf.zeros([1, 2]) });
    const twice = pushForward(once, powers(), { power: tf.zeros([1, 2]) });
    expect([once.box, twice.box, twice.detached().box]).toEqual([base.box, base.box, base.box]);
    expect(typeof twice.logProb).toBe('function');
    const { inverse, forward, paramShapes, initialParams, name, dim } = powers();
    const anywhere: InvertibleFlow = { inverse, forward, paramShapes, initialParams, name, dim };
    const left = pushForward(once, anywhere, params());
    // @ts-expect-error: the second flow may carry points out of the box that the first one kept
    expect(left.logProb).toBeUndefined();
    // @ts-expect-error: the result is no longer on a box
    expect(left.box).toBeUndefined();
    expect('logProb' in left).toBe(false);
    expect(() => pushForward(once, powers({ low: [0, 0], high: [1, 2] }), params())).toThrow(ExpectationError);
  });

  it('is refused when the box is another one', () => {
    expect(() => pushForward(base, powers({ low: [0, 0], high: [1, 2] }), params())).toThrow(ExpectationError);
  });
});
