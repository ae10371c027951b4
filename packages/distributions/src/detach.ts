// tfjs has no stopGradient: the identity with a gradient of zero.
import { type Tensor, tf } from '@flowvae/tensor';

/** The same values, through which no gradient flows. */
export const detach: <T extends Tensor>(x: T) => T = tf.customGrad((x) => {
  const input = x as Tensor;
  return { value: tf.clone(input), gradFunc: () => tf.zerosLike(input) };
}) as <T extends Tensor>(x: T) => T;
