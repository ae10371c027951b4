// Scales of observed values, given by a network or a variable as logarithms.
import { type Tensor, tf } from '@flowvae/tensor';

/** PixelCNN++'s floor, e⁻⁷ of half the range, and the same distance upwards. */
const RANGE = 7;

/**
 * log σ within [−range, range]. Grey values repeat exactly (a black border), so a density of them has no maximum in σ:
 * without a floor the scale would shrink until float32 overflows.
 *
 * Outside the range, only the part of a loss's gradient passes by which descent returns into the range: a value beyond
 * the bound can return.
 * @see Salimans et al. 2017, arXiv:1701.05517 (author's code)
 */
export const boundedLogScale = <T extends Tensor>(logScale: T, range = RANGE): T =>
  tf.customGrad((...args) => {
    const [given, save] = args as unknown as [Tensor, (tensors: Tensor[]) => void];
    save([given]);
    return {
      value: tf.clipByValue(given, -range, range),
      gradFunc: (dy: Tensor, saved: Tensor[]) => inwards(saved[0]!, dy, range),
    };
  })(logScale) as T;

/** The gradient inside; above, its positive part; below, its negative part. */
function inwards(x: Tensor, dy: Tensor, range: number): Tensor {
  const notBelow = tf.where(tf.greater(x, range), tf.relu(dy), dy);
  return tf.where(tf.less(x, -range), tf.minimum(dy, 0), notBelow);
}
