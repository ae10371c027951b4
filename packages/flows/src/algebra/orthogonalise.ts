// Orthonormal columns from any matrix of full rank, by the iteration of the Sylvester flows' paper.
import { type Tensor, type Tensor3D, tf } from '@flowvae/tensor';

/**
 * Steps that stretch: with every singular value in (0, 1] before, Q ← Q·(α·I − β·QᵀQ) sends σ to α·σ − β·σ³ in (0, 1],
 * the smallest ones to 2.1 times themselves. This is the iteration below after Q is multiplied by 1.4.
 */
const STRETCHING = { steps: 18, alpha: 1.5 * 1.4, beta: 0.5 * 1.4 ** 3 };

/** Steps of Björck & Bowie, Q ← Q·(I + ½(I − QᵀQ)): from σ ≥ 0.5 six of them leave 1 − σ below float32's rounding. */
const SETTLING = { steps: 7, alpha: 1.5, beta: 0.5 };

/**
 * The orthogonal factor of the polar decomposition of A [N, D, M], D ≥ M: Q with QᵀQ = I that spans the columns of A.
 *
 * A is divided by ‖A‖_F, which is at least its largest singular value. ‖QᵀQ − I‖_max ≤ 1e-5 in float32 if the smallest
 * singular value is above 1e-6·‖A‖_F (a Gaussian matrix of 40 × 8: 0.2·‖A‖_F; one of 40 × 40 falls below it once in
 * 4000 draws); the smallest value has then grown to 0.5 before the last steps. Linearly dependent columns stay
 * dependent: they have no rotation.
 * @see van den Berg et al. 2018, arXiv:1803.05649, section 4.1; Björck & Bowie 1971
 */
export function orthogonalise(matrix: Tensor3D): Tensor3D {
  const identity = tf.expandDims<Tensor3D>(tf.eye(matrix.shape[2]), 0);
  const largest = tf.sqrt(tf.sum(tf.square(matrix), [1, 2], true));
  let q: Tensor3D = tf.div(matrix, largest);
  for (const { steps, alpha, beta } of [STRETCHING, SETTLING]) {
    const diagonal: Tensor = tf.mul(alpha, identity);
    for (let step = 0; step < steps; step++) {
      const gram = tf.matMul(q, q, true, false);
      q = tf.matMul(q, tf.sub(diagonal, tf.mul(beta, gram)) as Tensor3D);
    }
  }
  return q;
}
