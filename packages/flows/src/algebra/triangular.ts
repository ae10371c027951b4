// Triangular matrices with a unit diagonal, from their packed entries: products and solutions.
import { elementCount, type Tensor, type Tensor2D, type Tensor3D, tf } from '@flowvae/tensor';

/** Entries below the diagonal of a matrix [n, n]. */
export const packedSize = (n: number): number => (n * (n - 1)) / 2;

/**
 * Unpacks entries [..., n(n−1)/2] into strictly lower triangular matrices [..., n, n], n ≥ 2.
 *
 * The m = n − 1 non-zero rows and columns are a lower triangle with m(m+1)/2 entries x: the last of them followed by
 * all of them backwards are m² numbers, in which every entry stands exactly once on or below the diagonal. So it takes
 * a concat and a mask instead of a scatter.
 */
export function strictlyLower(packed: Tensor, n: number): Tensor {
  const leading = packed.shape.slice(0, -1);
  const size = n - 1;
  const entries: Tensor2D = tf.reshape(packed, [elementCount(leading), packedSize(n)]);
  const backwards = tf.reverse(entries, 1);
  const tail = packedSize(n) - size;
  const squares = tail === 0 ? backwards : tf.concat([tf.slice(entries, [0, size], [-1, tail]), backwards], 1);
  const masked = tf.mul(tf.reshape(squares, [-1, size, size]), lowerMask(size));
  const padded = tf.pad(masked, [
    [0, 0],
    [1, 0],
    [0, 1],
  ]);
  return tf.reshape(padded, [...leading, n, n]);
}

/** 1 on and below the diagonal, else 0, [1, n, n]. */
const lowerMask = (n: number): Tensor3D => {
  const values = Float32Array.from({ length: n * n }, (_, i) => (i % n <= Math.floor(i / n) ? 1 : 0));
  return tf.tensor3d(values, [1, n, n]);
};

/** A·z, or Aᵀ·z, for each row: A [B|1, N, M], z [B, M or N] → [B, N or M]. */
export function applyMatrix(matrix: Tensor3D, z: Tensor2D, transposed = false): Tensor2D {
  if (matrix.shape[0] === 1) return tf.matMul(z, tf.squeeze<Tensor2D>(matrix, [0]), false, !transposed);
  return tf.squeeze(tf.matMul(matrix, tf.expandDims<Tensor3D>(z, 2), transposed, false), [2]);
}

type Solve = (lower: Tensor3D, right: Tensor2D) => Tensor2D;

/** Solves (I + N)·x = c: N [B|1, n, n] strictly lower triangular, c [B, n] → x [B, n], by substitution. */
export const solveUnitLower: Solve = (lower, right) => unitLower(lower, right) as Tensor2D;

/** Solves (I + Nᵀ)·x = c for the same N: an upper triangular system. */
export const solveUnitUpper: Solve = (lower, right) => unitUpper(lower, right) as Tensor2D;

/** Column after column: once x_j is known, its part is taken off the right side. */
function substitute(lower: Tensor3D, right: Tensor2D, transposed: boolean): Tensor2D {
  const n = lower.shape[1];
  const columns = tf.split(lower, n, transposed ? 1 : 2).map((column): Tensor2D => tf.reshape(column, [-1, n]));
  let rest = right;
  for (let step = 0; step < n - 1; step++) {
    const j = transposed ? n - 1 - step : step;
    rest = tf.sub(rest, tf.mul(columns[j]!, tf.slice(rest, [0, j], [-1, 1])));
  }
  return rest;
}

/** The gradient is the implicit one: ∂c solves the transposed system, and ∂N = −∂c·xᵀ (its transpose where N is). */
const solver = (transposed: boolean) =>
  tf.customGrad((...args) => {
    const [lower, right, save] = args as unknown as [Tensor3D, Tensor2D, (tensors: Tensor[]) => void];
    const x = substitute(lower, right, transposed);
    save([lower, x]);
    const gradFunc = (dx: Tensor, saved: Tensor[]) => {
      const [given, solution] = saved as [Tensor3D, Tensor2D];
      const dRight = substitute(given, dx as Tensor2D, !transposed);
      const [left, across] = transposed ? [solution, dRight] : [dRight, solution];
      return [tf.neg(outer(left, across, given.shape[0])), dRight];
    };
    return { value: x, gradFunc };
  });

/** a·bᵀ of each row [B, n, n], or their sum [1, n, n]. */
function outer(a: Tensor2D, b: Tensor2D, rows: number): Tensor {
  if (rows === 1) return tf.expandDims(tf.matMul(a, b, true, false), 0);
  return tf.mul(tf.expandDims(a, 2), tf.expandDims(b, 1));
}

const unitLower = solver(false);
const unitUpper = solver(true);
