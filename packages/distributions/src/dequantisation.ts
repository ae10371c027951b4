// Probabilities of whole levels from a density: noise fills each level, and the density scores the filled value.
import { checkCount, checkShape, type Tensor1D, type Tensor2D, tf } from '@flowvae/tensor';
import type { Samplable, Scorable } from './distribution.ts';

/** Options of {@link dequantisedLogProb}. */
export interface DequantisationOptions {
  /** One draw for each row: uniform numbers [B, D] on [0, 1), or the noise that `within` takes. */
  readonly noise: Tensor2D;
  /** Levels 0 … levels − 1; default 256. */
  readonly levels?: number;
  /**
   * Variational: q(u | k), the distribution of the noise inside (0, 1)^D for given levels [B, D]. Absent: uniform.
   */
  readonly within?: (levels: Tensor2D) => Samplable;
}

/**
 * A lower bound, in the mean over noise, on the log-probability of whole levels k under a density p of x in [0, 1]^D:
 * log P(k) ≥ E[log p((k + u)/L) − log q(u | k)] − D·log L, u uniform (q = 1) or variational.
 *
 * P(k) is the density's mass in the level's cell, so the bound is tight if q(u | k) is the density inside the cell. Its
 * mean divided by D·log 2 is in bits per dimension ({@link bitsPerDimension}). Shapes: k [B, D] → [B]. Units: nats.
 * @param density a density of values in [0, 1], such as a flow's push-forward
 * @param k whole numbers from 0 to L − 1; a function of tensors cannot check them
 * @throws ShapeError if k or the uniform noise has another shape; ExpectationError for levels that are no count
 * @see Theis et al. 2016, arXiv:1511.01844, section 3.1; Ho et al. 2019, arXiv:1902.00275, section 3.1
 */
export function dequantisedLogProb(
  density: Scorable,
  k: Tensor2D,
  { noise, levels = 256, within }: DequantisationOptions,
): Tensor1D {
  checkCount('dequantisedLogProb: levels', levels);
  const { batch, dim } = checkShape('dequantisedLogProb: k', k, ['batch', 'dim']);
  const filled = within?.(k).sampleAndLogProb(noise);
  const u = filled?.z ?? noise;
  checkShape('dequantisedLogProb: noise', u, [batch!, dim!]);
  const logProb = tf.sub(density.logProb(tf.div(tf.add(k, u), levels)), dim! * Math.log(levels)) as Tensor1D;
  return filled ? tf.sub(logProb, filled.logProb) : logProb;
}
