// Cholesky factors of covariance matrices.
import { type Tensor1D, type Tensor2D, type Tensor3D, tf } from '@flowvae/tensor';
import { offTape } from '../algebra/where-above.ts';
import { type Constraint, checkedConstraint } from './constraint.ts';
import { checkLength } from './length.ts';
import { softplusMap } from './scalar-maps.ts';

/** The place of entry (row, 0) among the entries of a lower triangle, row after row. */
const rowStart = (row: number) => (row * (row + 1)) / 2;

/**
 * Lower triangular matrices [n, n] with a diagonal above 0: the n(n + 1)/2 free numbers are the lower triangle, row
 * after row; entries below the diagonal are free themselves, those on it softplus(u).
 *
 * The log-det is that of the lower triangle, Σ over the diagonal of log σ(u). A diagonal entry 0 counts as 2^−126;
 * `unconstrain` of a matrix with a negative one, or with entries above the diagonal, is NaN.
 * @throws ExpectationError for n that is no whole number from 1
 */
export function lowerCholesky(n: number): Constraint {
  checkLength('lowerCholesky', 'n', { length: n, least: 1 });
  const freeWidth = rowStart(n);
  const onDiagonal = () => tf.tensor2d(diagonalMask(n), [1, freeWidth], 'bool');
  /** `entries` on the diagonal, `others` below it. */
  const chosen = (entries: Tensor2D, others: Tensor2D) => tf.where(onDiagonal(), entries, others) as Tensor2D;
  const sumOnDiagonal = (x: Tensor2D): Tensor1D => tf.sum(chosen(x, tf.zerosLike(x)), 1);
  return checkedConstraint({
    name: `lowerCholesky(${n})`,
    freeWidth,
    shape: [n, n],
    constrain(u) {
      const { value, logSlope } = softplusMap.constrain(u);
      return { value: matrixOf(chosen(value, u), n), logDet: sumOnDiagonal(logSlope) };
    },
    unconstrain(value) {
      const matrix = value as Tensor3D;
      const entries = triangleOf(matrix, n);
      const { u, logSlope } = softplusMap.unconstrain(chosen(entries, tf.onesLike(entries)));
      const fault = faultOf(matrix, n);
      return {
        u: tf.add(chosen(u, entries), tf.expandDims(fault, 1)),
        logDet: tf.add(fault, sumOnDiagonal(logSlope)),
      };
    },
  });
}

const diagonalMask = (n: number): Uint8Array => {
  const mask = new Uint8Array(rowStart(n));
  for (let row = 0; row < n; row++) mask[rowStart(row) + row] = 1;
  return mask;
};

/** Entries [B, n(n + 1)/2] → matrices [B, n, n]. */
function matrixOf(entries: Tensor2D, n: number): Tensor3D {
  const rows = Array.from({ length: n }, (_, row) => {
    const own = tf.slice(entries, [0, rowStart(row)], [-1, row + 1]);
    return tf.pad(own, [
      [0, 0],
      [0, n - row - 1],
    ]);
  });
  return tf.stack(rows, 1) as Tensor3D;
}

/** Matrices [B, n, n] → their lower triangles [B, n(n + 1)/2]. */
function triangleOf(matrix: Tensor3D, n: number): Tensor2D {
  const rows = Array.from({ length: n }, (_, row): Tensor2D => {
    return tf.reshape(tf.slice(matrix, [0, row, 0], [-1, 1, row + 1]), [-1, row + 1]);
  });
  return n === 1 ? rows[0]! : tf.concat(rows, 1);
}

/** 0 for a lower triangular matrix, else NaN, [B]. */
const faultOf = (matrix: Tensor3D, n: number): Tensor1D =>
  offTape(() => {
    const upper = Float32Array.from({ length: n * n }, (_, at) => Number(at % n > Math.floor(at / n)));
    const excess = tf.sum(tf.abs(tf.mul(matrix, tf.tensor3d(upper, [1, n, n]))), [1, 2]);
    const rows: [number] = [matrix.shape[0]];
    return tf.where(tf.equal(excess, 0), tf.zeros(rows), tf.fill(rows, Number.NaN)) as Tensor1D;
  });
