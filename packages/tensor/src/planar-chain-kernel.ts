// A kernel of our own beside tfjs's: its name and its tensors, known to the flow that calls it and to the engine that has it.
import type { Tensor } from '@tensorflow/tfjs-core';
import { tf } from './tensorflow.ts';

/**
 * K planar layers with tanh, one after the other: inputs w, u [R, K, D], b [R, K], z [B, D], where R is B or 1;
 * results y [B, D], logDet [B], and for the way back h [B, K] and facts [R, K, 5].
 */
export const PLANAR_CHAIN = 'FlowvaePlanarChain';

/** Its gradient: inputs w, u, z, h, facts, dy, dLogDet; results dw, du, db, dz. */
export const PLANAR_CHAIN_GRADIENT = 'FlowvaePlanarChainGradient';

/** What each layer is, whatever z: numbers for the way back. */
export const PLANAR_FACTS = 5;

/** Whether the backend that is in use has a kernel of that name. */
export const hasKernel = (name: string): boolean => tf.getKernel(name, tf.getBackend()) !== undefined;

/** Calls a kernel; gradients flow where one is registered for it. */
export const callKernel = (name: string, inputs: Readonly<Record<string, Tensor>>): Tensor[] =>
  tf.engine().runKernel(name, inputs) as unknown as Tensor[];
