// Log-dets of layers whose Jacobian has a diagonal that does not depend on z.
import { type Tensor, type Tensor1D, type Tensor2D, tf } from '@flowvae/tensor';

/** Σ log-scales [B|1, D] for each of the rows of z → [B]. */
export const sumOfLogScales = (logScale: Tensor, z: Tensor2D): Tensor1D =>
  tf.add(tf.zeros([z.shape[0]]), tf.sum(logScale, 1));
