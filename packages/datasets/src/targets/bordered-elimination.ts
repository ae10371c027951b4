// Determinants and quadratic forms of positive definite matrices by elimination, in operations that compile.
import { type Rank, type Tensor1D, type Tensor3D, tf } from '@flowvae/tensor';

/**
 * log det A and yᵀA⁻¹y of symmetric positive definite matrices A [B, n, n], y [n].
 *
 * Elimination of A in the bordered matrix [[A, y], [yᵀ, 0]], one column after another: the product of the pivots is det
 * A, and the last entry becomes −yᵀA⁻¹y, the Schur complement. It is Cholesky's decomposition without roots, unrolled:
 * six operations a column.
 */
export function logDetAndQuadratic(matrix: Tensor3D, y: readonly number[]): { logDet: Tensor1D; quadratic: Tensor1D } {
  const [batch, n] = matrix.shape;
  const side: Tensor3D = tf.tile(tf.tensor3d([...y], [1, n, 1]), [batch, 1, 1]);
  const below: Tensor3D = tf.concat([tf.reshape(side, [batch, 1, n]), tf.zeros<Rank.R3>([batch, 1, 1])], 2);
  let rest: Tensor3D = tf.concat([tf.concat([matrix, side], 2), below], 1);
  const pivots: Tensor3D[] = [];
  for (let size = n; size > 0; size--) {
    const pivot = tf.slice(rest, [0, 0, 0], [-1, 1, 1]);
    const row = tf.slice(rest, [0, 0, 1], [-1, 1, size]);
    const column = tf.div(tf.reshape(row, [batch, size, 1]), pivot);
    rest = tf.sub(tf.slice(rest, [0, 1, 1], [-1, size, size]), tf.mul(column, row));
    pivots.push(pivot);
  }
  const logDet: Tensor1D = tf.sum(tf.log(tf.reshape(tf.concat(pivots, 2), [batch, n])), 1);
  return { logDet, quadratic: tf.reshape(tf.neg(rest), [batch]) };
}
