// The functions of one number that layers along one direction apply.
import { type Tensor, type Tensor3D, tf } from '@flowvae/tensor';

/** A function h of one number, with its derivative. */
export interface LayerActivation {
  apply(s: Tensor3D): Tensor3D;
  /** h'(s) from the value h(s). */
  derivative<T extends Tensor>(h: T): T;
}

/** h = tanh, as in planar layers. */
export const tanhOfLayers: LayerActivation = { apply: tf.tanh, derivative: (t) => tf.sub(1, tf.square(t)) };
