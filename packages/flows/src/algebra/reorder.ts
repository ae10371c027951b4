// Columns of a batch in another order, with the gradient that tfjs's gather lacks in a compiled graph.
import { type Tensor, type Tensor2D, tf } from '@flowvae/tensor';

/** Functions that bring columns into an order (y_i = z_order[i]) and back. */
export interface Reordering {
  readonly apply: (z: Tensor2D) => Tensor2D;
  readonly undo: (y: Tensor2D) => Tensor2D;
}

/** A gather, whose gradient is the gather by the inverse order. */
const gatherBy = (order: Int32Array, inverse: Int32Array) => {
  const gathered = (z: Tensor, by: Int32Array) => tf.gather(z, tf.tensor1d(by, 'int32'), 1);
  const operation = tf.customGrad((z) => ({
    value: gathered(z as Tensor, order),
    gradFunc: (dy: Tensor) => gathered(dy, inverse),
  }));
  return (z: Tensor2D) => operation(z) as Tensor2D;
};

/** The reordering by a permutation of 0 … D − 1. */
export function reordering(permutation: ArrayLike<number>): Reordering {
  const order = Int32Array.from(permutation);
  const inverse = new Int32Array(order.length);
  order.forEach((from, to) => {
    inverse[from] = to;
  });
  return { apply: gatherBy(order, inverse), undo: gatherBy(inverse, order) };
}
