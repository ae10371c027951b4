// Gamma draws from normal noise, for any shape.
import { type Tensor2D, tf } from '@flowvae/tensor';
import { normalCdf } from '../../special/normal-cdf.ts';

/** Proposals for a draw. One is rejected with probability 0.05 at most, all five with 3e-7. */
const PROPOSALS = 5;

/** Normal numbers for a draw: two a proposal, two for the power of a uniform number. */
export const NORMALS_OF_GAMMA = 2 * PROPOSALS + 2;

/**
 * Gamma draws with shape θ and mean 1.
 *
 * A draw of shape θ + 1 is the first accepted proposal of Marsaglia and Tsang; times U^(1/θ) it has shape θ, so small
 * shapes cost nothing more. U = exp(−½(a² + b²)) is uniform; that of an acceptance is Φ(w). A draw without an accepted
 * proposal is the mode. Shapes: normals of {@link NORMALS_OF_GAMMA} tensors [B, P]; shape [B or 1, P] → [B, P].
 * @see Marsaglia & Tsang 2000, A simple method for generating gamma variables, ACM TOMS 26(3)
 */
export function gammaDraw(normals: readonly Tensor2D[], shape: Tensor2D): Tensor2D {
  const d: Tensor2D = tf.add(shape, 2 / 3);
  const c: Tensor2D = tf.rsqrt(tf.mul(d, 9));
  const [a, b, ...proposals] = normals as [Tensor2D, Tensor2D, ...Tensor2D[]];
  let isOpen: Tensor2D = tf.onesLike(a);
  let chosen: Tensor2D = tf.zerosLike(a);
  for (let i = 0; i < 2 * PROPOSALS; i += 2) {
    const { v, isAccepted } = proposal(proposals[i]!, proposals[i + 1]!, { c, d });
    const isTaken = tf.mul(isOpen, isAccepted);
    chosen = tf.add(chosen, tf.mul(isTaken, v));
    isOpen = tf.sub(isOpen, isTaken);
  }
  const ofRaisedShape = tf.mul(d, tf.add(chosen, isOpen));
  const logPower = tf.div(tf.mul(tf.add(tf.square(a), tf.square(b)), -0.5), shape);
  return tf.div(tf.mul(ofRaisedShape, tf.exp(logPower)), shape);
}

/** v = (1 + c·n)³ is accepted where v > 0 and log U < ½n² + d·(1 − v + log v). */
function proposal(n: Tensor2D, w: Tensor2D, { c, d }: { readonly c: Tensor2D; readonly d: Tensor2D }) {
  const root = tf.add(tf.mul(c, n), 1);
  const positive = tf.maximum(root, 1e-6);
  const v: Tensor2D = tf.mul(positive, tf.square(positive));
  const logV = tf.mul(tf.log(positive), 3);
  const bound = tf.add(tf.mul(tf.square(n), 0.5), tf.mul(d, tf.add(tf.sub(1, v), logV)));
  const logUniform = tf.log(tf.maximum(normalCdf(w), 1e-30));
  return { v, isAccepted: tf.mul(tf.step(root), tf.step(tf.sub(bound, logUniform))) };
}
