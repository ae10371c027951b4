// Functions of one tensor with a derivative of their own.
import { type Tensor, tf } from '@flowvae/tensor';

/** A function, element by element, with its derivative written out. */
export const differentiable =
  (value: (x: Tensor) => Tensor, slope: (x: Tensor) => Tensor) =>
  <T extends Tensor>(x: T): T =>
    tf.customGrad((...args) => {
      const [given, save] = args as unknown as [Tensor, (tensors: Tensor[]) => void];
      save([given]);
      return { value: value(given), gradFunc: (dy: Tensor, saved: Tensor[]) => tf.mul(dy, slope(saved[0]!)) };
    })(x) as T;
