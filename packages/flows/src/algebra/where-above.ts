// Choices by a condition inside a differentiated function: tfjs refuses gradients through comparisons, whose gradient
// should be 0.
import { type Tensor, tf } from '@flowvae/tensor';

/** A tensor that the tape of gradients does not see: a constant for differentiation. */
export const offTape = <T extends Tensor>(compute: () => T): T =>
  tf.customGrad(() => ({ value: compute(), gradFunc: () => [] }))() as T;

/**
 * `yes` where x > threshold, else `no`, element-wise; shapes broadcast. Both are computed, so both must be finite
 * everywhere.
 */
export function whereAbove<T extends Tensor>(threshold: number, x: Tensor, yes: T, no: T): T {
  // the gradient of a sum adds up rows in one operation; `where` would tile them, whose gradient takes one for each row
  const spread = (choice: T) => (tf.util.arraysEqual(choice.shape, x.shape) ? choice : tf.add(choice, tf.zerosLike(x)));
  return tf.where(
    offTape(() => tf.greater(x, threshold)),
    spread(yes),
    spread(no),
  ) as T;
}
