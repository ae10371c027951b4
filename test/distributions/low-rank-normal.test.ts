// The low-rank normal against the dense normal of the same covariance, in float64.
import { drawNormal, key, lowRankNormal, type Tensor2D, tf } from 'flowvae';
import { describe, expect, it } from 'vitest';

const [dim, rank] = [6, 3];
const values = {
  mean: drawNormal(key(1), dim),
  logStd: drawNormal(key(2), dim).map((value) => 0.5 * value),
  factor: drawNormal(key(3), dim * rank).map((value) => 3 * value),
};
const normal = () =>
  lowRankNormal({
    mean: tf.tensor2d(values.mean, [1, dim]),
    logStd: tf.tensor2d(values.logStd, [1, dim]),
    factor: tf.tensor2d(values.factor, [dim, rank]),
  });

/** D·(I + U·Uᵀ)·D */
const covariance = Array.from({ length: dim }, (_, i) =>
  Array.from({ length: dim }, (_, j) => {
    let sum = i === j ? 1 : 0;
    for (let r = 0; r < rank; r++) sum += values.factor[i * rank + r]! * values.factor[j * rank + r]!;
    return sum * Math.exp(values.logStd[i]!) * Math.exp(values.logStd[j]!);
  }),
);

/** log N(z; μ, Σ) by a Cholesky factor in float64. */
function logDensity(z: ArrayLike<number>): number {
  const lower = covariance.map((row) => row.map(() => 0));
  let logDet = 0;
  let squares = 0;
  const white: number[] = [];
  for (let i = 0; i < dim; i++) {
    for (let j = 0; j <= i; j++) {
      let rest = covariance[i]![j]!;
      for (let k = 0; k < j; k++) rest -= lower[i]![k]! * lower[j]![k]!;
      lower[i]![j] = i === j ? Math.sqrt(rest) : rest / lower[j]![j]!;
    }
    let rest = z[i]! - values.mean[i]!;
    for (let j = 0; j < i; j++) rest -= lower[i]![j]! * white[j]!;
    white.push(rest / lower[i]![i]!);
    logDet += Math.log(lower[i]![i]!);
    squares += white[i]! ** 2;
  }
  return -0.5 * squares - logDet - 0.5 * dim * Math.log(2 * Math.PI);
}

describe('lowRankNormal', () => {
  it('scores points near and far like the dense normal', () => {
    const points = drawNormal(key(4), 20 * dim).map((value, i) => value * (i < 10 * dim ? 2 : 40));
    const found = normal()
      .logProb(tf.tensor2d(points, [20, dim]))
      .dataSync();
    for (let row = 0; row < 20; row++) {
      const expected = logDensity(points.subarray(row * dim, (row + 1) * dim));
      expect(Math.abs(found[row]! - expected)).toBeLessThan(2e-6 * Math.abs(expected) + 1e-5);
    }
  });

  it('draws points with their own density, and with the covariance', () => {
    const rows = 40_000;
    const noise = tf.tensor2d(drawNormal(key(5), rows * (dim + rank)), [rows, dim + rank]);
    const { z, logProb } = normal().sampleAndLogProb(noise);
    const [points, densities] = [z.dataSync<'float32'>(), logProb.dataSync<'float32'>()];
    for (const row of [0, 1, 2])
      expect(densities[row]).toBeCloseTo(logDensity(points.subarray(row * dim, (row + 1) * dim)), 3);
    for (let i = 0; i < dim; i++) {
      for (let j = 0; j <= i; j++) {
        let sum = 0;
        for (let row = 0; row < rows; row++)
          sum += (points[row * dim + i]! - values.mean[i]!) * (points[row * dim + j]! - values.mean[j]!);
        const spread = Math.sqrt(covariance[i]![i]! * covariance[j]![j]! + covariance[i]![j]! ** 2);
        expect(Math.abs(sum / rows - covariance[i]![j]!)).toBeLessThan((5 * spread) / Math.sqrt(rows));
      }
    }
  });

  it('has the gradients of the dense normal', () => {
    const point = drawNormal(key(6), dim);
    const gradient = tf
      .grad((z) => normal().logProb(z as Tensor2D))(tf.tensor2d(point, [1, dim]))
      .dataSync();
    for (let i = 0; i < dim; i++) {
      const at = (by: number) => logDensity([...point].map((value, j) => (i === j ? value + by : value)));
      expect(gradient[i]).toBeCloseTo((at(1e-5) - at(-1e-5)) / 2e-5, 3);
    }
  });

  it('cut off has the same values and no gradient to its parameters', () => {
    const factor = tf.variable(tf.tensor2d(values.factor, [dim, rank]));
    const rest = { mean: tf.zeros([1, dim]), logStd: tf.zeros([1, dim]) } as Record<'mean' | 'logStd', Tensor2D>;
    const z = tf.ones([1, dim]) as Tensor2D;
    const own = lowRankNormal({ ...rest, factor: factor as never });
    expect(own.detached().logProb(z).dataSync()).toEqual(own.logProb(z).dataSync());
    const largest = (of: typeof own) => {
      const { grads } = tf.variableGrads(() => tf.add(tf.sum(of.logProb(z)), tf.mul(0, tf.sum(factor))), [factor]);
      return tf.max(tf.abs(grads[factor.name]!)).dataSync()[0];
    };
    expect(largest(own)).toBeGreaterThan(0);
    expect(largest(own.detached())).toBe(0);
    factor.dispose();
  });
});
