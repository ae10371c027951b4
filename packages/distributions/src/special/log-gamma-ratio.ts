// Differences of log Γ and of digamma, without cancellation.
import { type Tensor, tf } from '@flowvae/tensor';
import { digammaRemainder, logGammaRemainder } from './stirling.ts';

/**
 * log Γ(a + x) − log Γ(a) for a > 0 and x ≥ 0, which broadcast; exactly 0 at x = 0.
 *
 * It is x·(log n − 1) + a·log(1 + x/a) + s(n) − s(a), n = a + x, s the remainder of Stirling's formula: for a = 1e6 and
 * x = 3 both log Γ are 1e7, their difference 41. Error in float32 below 1e-6·max(1, |value|) for a from 1e-3 to 1e6.
 * The gradients are ψ(n) − ψ(a) and ψ(n), with the same care.
 */
export function logGammaRatio<T extends Tensor>(a: T, x: T): T {
  const n: T = tf.add(a, x);
  const main: T = tf.add(tf.mul(x, tf.sub(tf.log(n), 1)), tf.mul(a, tf.log1p(tf.div(x, a))));
  return tf.add(main, tf.sub(logGammaRemainder(n), logGammaRemainder(a)));
}

/**
 * ψ(a + x) − ψ(a) for a > 0 and x ≥ 0, which broadcast: log(1 + x/a) + r(a) − r(a + x), r(t) = log t − ψ(t). For a =
 * 1e6 and x = 3 both ψ are 13.8, their difference 3e-6.
 */
export function digammaDifference<T extends Tensor>(a: T, x: T): T {
  const ofRemainders: T = tf.sub(digammaRemainder(a), digammaRemainder(tf.add(a, x)));
  return tf.add(tf.log1p(tf.div(x, a)), ofRemainders);
}
