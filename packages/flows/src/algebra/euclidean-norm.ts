// ‖x‖ with a gradient at x = 0, where the gradient of tfjs's square root is 0·∞.
import { type Tensor, type Tensor2D, tf } from '@flowvae/tensor';
import { whereAbove } from './where-above.ts';

/** A vector with a smaller norm has no direction; the root of a float32 square is far above it, or 0. */
const NO_DIRECTION = 1e-30;

const rowNorm = tf.customGrad((...args) => {
  const [x, save] = args as unknown as [Tensor2D, (tensors: Tensor[]) => void];
  const norm = tf.sqrt(tf.sum(tf.square(x), 1, true));
  save([x, norm]);
  const gradFunc = (dNorm: Tensor, saved: Tensor[]) => {
    const [given, length] = saved as [Tensor2D, Tensor2D];
    const perLength = tf.div(dNorm, tf.maximum(length, NO_DIRECTION)); // may be infinite at x = 0
    return tf.mul(given, whereAbove(0, length, perLength, tf.zerosLike(perLength)));
  };
  return { value: norm, gradFunc };
});

/** ‖x‖ of each row, [B, D] → [B, 1], units of x. Its gradient is x/‖x‖, and 0 at x = 0. */
export const euclideanNorm = (x: Tensor2D): Tensor2D => rowNorm(x) as Tensor2D;
