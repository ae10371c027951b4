// Scales of observed values that a network or a variable gives as logarithms.
import { type Tensor, tf } from '@flowvae/tensor';

/** PixelCNN++'s floor, e⁻⁷ of half the range, and the same distance upwards. Beyond it the gradient is 0. */
const RANGE = 7;

/**
 * log σ within [−range, range]. Grey values repeat exactly (a black border), so a density of them has no maximum in σ: without a floor the scale
 * would shrink until float32 overflows.
 *
 * @see Salimans et al. 2017, arXiv:1701.05517 (author's code)
 */
export const boundedLogScale = <T extends Tensor>(logScale: T, range = RANGE): T =>
  tf.clipByValue(logScale, -range, range);
