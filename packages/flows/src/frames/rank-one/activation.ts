// The functions of one number that layers along one direction apply.
import { type Tensor, type Tensor3D, tf } from '@flowvae/tensor';
import { type ChainKernels, leakyChain, tanhChain } from '../kernels/rank-one-kernels.ts';

/** A function h of one number, with its derivative. */
export interface LayerActivation {
  apply(s: Tensor3D): Tensor3D;
  /** h'(s) from the value h(s). */
  derivative<T extends Tensor>(h: T): T;
  /** The layers in one kernel, for engines that have it. */
  readonly kernels?: ChainKernels;
  /** The kernels' λ; default 1, for h without one. */
  readonly leak?: number;
}

/** h = tanh, as in planar layers. */
export const tanhOfLayers: LayerActivation = {
  apply: tf.tanh,
  derivative: (t) => tf.sub(1, tf.square(t)),
  kernels: tanhChain,
};

/** h = s for s > 0, λ·s else. */
export const leakyReluOfLayers = (leak: number): LayerActivation => ({
  apply: (s) => tf.leakyRelu(s, leak),
  derivative: (h) => tf.step(h, leak),
  kernels: leakyChain,
  leak,
});

/** h = s, as in reflections. */
export const identityOfLayers: LayerActivation = {
  apply: (s) => s,
  derivative: (h) => tf.onesLike(h),
  kernels: leakyChain,
  leak: 1,
};
