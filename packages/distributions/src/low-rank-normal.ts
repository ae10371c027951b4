// Normal distributions whose covariance is a diagonal and a few directions more.
import { checkShape, type Tensor, type Tensor1D, type Tensor2D, tf } from '@flowvae/tensor';
import { detach } from './detach.ts';
import type { Draw, Samplable, Scorable } from './distribution.ts';

/** Parameters of a low-rank normal in D dimensions, shared by all rows. */
export interface LowRankNormalParams {
  /** [1, D] */
  readonly mean: Tensor2D;
  /** Log standard deviations of the diagonal part, [1, D]. */
  readonly logStd: Tensor2D;
  /** U, [D, r], in units of the diagonal part. */
  readonly factor: Tensor2D;
}

/**
 * Low-rank normal: z = μ + d·(ε + U·η), ε and η standard normal, so its covariance is D·(I + U·Uᵀ)·D, D = diag(d).
 *
 * With y = (z − μ)/d and C = I + Uᵀ·U, of size r: log q(z) = −½(‖y − U·a‖² + ‖a‖² + log|C| + D·log 2π) − Σ log d, a =
 * C⁻¹·Uᵀ·y. Both squares are sums of squares, so nothing cancels; the time is that of D·r numbers. Shapes: noise [B, D
 * + r], z [B, D] → logProb [B]. Units: nats.
 * @throws ShapeError if noise, z or a parameter has another width
 * @see Ong et al. 2018, "Gaussian Variational Approximation With a Factor Covariance Structure", JCGS 27(3), section 3
 */
export function lowRankNormal({ mean, logStd, factor }: LowRankNormalParams): Samplable & Scorable {
  const [dim, rank] = factor.shape;
  checkShape('lowRankNormal: mean', mean, [1, dim]);
  checkShape('lowRankNormal: logStd', logStd, [1, dim]);
  const score = (y: Tensor2D): Tensor1D => {
    const root = cholesky(tf.add(tf.eye(rank), tf.matMul(factor, factor, true, false)));
    const a = solveBoth(root, tf.matMul(y, factor)); // [B, r]
    const left = tf.sub(y, tf.matMul(a, factor, false, true));
    const squares = tf.add(tf.sum<Tensor1D>(tf.square(left), 1), tf.sum<Tensor1D>(tf.square(a), 1));
    const logDet = tf.add(tf.sum(logOfDiagonal(root)), tf.sum(logStd));
    return tf.sub(tf.mul(squares, -0.5), tf.add(logDet, 0.5 * dim * Math.log(2 * Math.PI)));
  };
  return {
    noise: { kind: 'normal', width: dim + rank },
    sampleAndLogProb(noise): Draw {
      checkShape('lowRankNormal.sampleAndLogProb: noise', noise, ['batch', dim + rank]);
      const [own, common] = tf.split(noise, [dim, rank], 1) as [Tensor2D, Tensor2D];
      const y: Tensor2D = tf.add(own, tf.matMul(common, factor, false, true));
      const z: Tensor2D = tf.add(mean, tf.mul(tf.exp(logStd), y));
      const logProb = score(y);
      return { z, logProb, terms: { logBase: logProb } };
    },
    logProb(z) {
      checkShape('lowRankNormal.logProb: z', z, ['batch', dim]);
      return score(tf.mul(tf.sub(z, mean), tf.exp(tf.neg(logStd))));
    },
    detached() {
      return lowRankNormal({ mean: detach(mean), logStd: detach(logStd), factor: detach(factor) }) as typeof this;
    },
  };
}

/** The columns of the Cholesky factor of a matrix [r, r], each [r, 1], 0 above the diagonal. */
function cholesky(matrix: Tensor): readonly Tensor2D[] {
  const rank = matrix.shape[0]!;
  const columns: Tensor2D[] = [];
  for (let j = 0; j < rank; j++) {
    let column: Tensor2D = tf.slice(matrix as Tensor2D, [0, j], [-1, 1]);
    for (const earlier of columns) column = tf.sub(column, tf.mul(earlier, tf.slice(earlier, [j, 0], [1, 1])));
    const below = Float32Array.from({ length: rank }, (_, i) => (i >= j ? 1 : 0));
    const scale = tf.sqrt(tf.slice(column, [j, 0], [1, 1]));
    columns.push(tf.mul(tf.div(column, scale), tf.tensor2d(below, [rank, 1])));
  }
  return columns;
}

/** log|L| of each column's diagonal entry, [r]. */
const logOfDiagonal = (columns: readonly Tensor2D[]): Tensor1D =>
  tf.log(tf.concat(columns.map((column, j) => tf.reshape(tf.slice(column, [j, 0], [1, 1]), [1]))) as Tensor1D);

/** x = (L·Lᵀ)⁻¹·b for every row b of [B, r], by substitution forwards and backwards. */
function solveBoth(columns: readonly Tensor2D[], right: Tensor2D): Tensor2D {
  const rank = columns.length;
  const entry = (i: number, j: number) => tf.slice(columns[j]!, [i, 0], [1, 1]);
  const of = (x: Tensor2D, i: number): Tensor2D => tf.slice(x, [0, i], [-1, 1]);
  const forward: Tensor2D[] = [];
  for (let i = 0; i < rank; i++) {
    const rest = forward.reduce((sum: Tensor2D, y, j) => tf.sub(sum, tf.mul(y, entry(i, j))), of(right, i));
    forward.push(tf.div(rest, entry(i, i)));
  }
  const backward: Tensor2D[] = [];
  for (let i = rank - 1; i >= 0; i--) {
    const known = backward.map((x, n) => [x, rank - 1 - n] as const);
    const rest = known.reduce((sum: Tensor2D, [x, j]) => tf.sub(sum, tf.mul(x, entry(j, i))), forward[i]!);
    backward.push(tf.div(rest, entry(i, i)));
  }
  return tf.concat(backward.toReversed(), 1);
}
