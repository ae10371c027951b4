// Poisson draws from normal noise.
import { type Tensor2D, tf } from '@flowvae/tensor';
import { normalCdf } from '../../special/normal-cdf.ts';

/** Up to this rate a draw is the exact quantile, beyond it an expansion. */
const LARGE = 10;

/** P(x > 36) at rate 10 is 2e-10: float32's Φ does not reach it. */
const MOST = 36;

/**
 * The quantile of a Poisson distribution at Φ(w), w standard normal.
 *
 * Up to rate 10 it is the number of cumulative probabilities below Φ(w). Beyond it is ⌊Q⌋, Q the continuous quantile,
 * expanded up to λ^−1: at rate 10, 5 draws in 10,000 differ from the quantile, by one; fewer beyond. Its gradient is 0.
 * Shapes: normal [B, P]; rate [B or 1, P] → [B, P].
 *
 * @see Giles 2016, Algorithm 955: approximation of the inverse Poisson cumulative distribution function, ACM TOMS
 * 42(1)
 */
export function poissonDraw(normal: Tensor2D, rate: Tensor2D): Tensor2D {
  const small = smallDraw(normal, tf.minimum(rate, LARGE));
  const large = largeDraw(normal, tf.maximum(rate, LARGE));
  return tf.add(small, tf.mul(tf.step(tf.sub(rate, LARGE)), tf.sub(large, small)));
}

/** Σ_k [Φ(w) > P(x ≤ k)]; the probabilities follow from each other. */
function smallDraw(normal: Tensor2D, rate: Tensor2D): Tensor2D {
  const uniform = normalCdf(normal);
  let probability: Tensor2D = tf.exp(tf.neg(rate));
  let cumulative = probability;
  let count: Tensor2D = tf.step(tf.sub(uniform, cumulative));
  for (let k = 1; k < MOST; k++) {
    probability = tf.mul(probability, tf.mul(rate, 1 / k));
    cumulative = tf.add(cumulative, probability);
    count = tf.add(count, tf.step(tf.sub(uniform, cumulative)));
  }
  return count;
}

function largeDraw(w: Tensor2D, rate: Tensor2D): Tensor2D {
  const root = tf.sqrt(rate);
  const [square, inverse] = [tf.square(w), tf.reciprocal(root)];
  const first = tf.add(tf.mul(square, 1 / 6), 1 / 3);
  const second = tf.mul(w, tf.add(tf.mul(square, -1 / 72), -1 / 36));
  const third = tf.add(tf.mul(square, tf.add(tf.mul(square, 1 / 270), 7 / 810)), -8 / 405);
  const corrections = tf.add(first, tf.mul(inverse, tf.add(second, tf.mul(inverse, third))));
  return tf.relu(tf.floor(tf.add(rate, tf.add(tf.mul(root, w), corrections))));
}
