// Images of whole levels: 256 of them, given as grey values k/255.
import { type Tensor2D, tf } from '@flowvae/tensor';

/** Levels of a byte. */
export const LEVELS = 256;

/** Level k of grey values, 0 … 255 as whole floats. */
export const levelOf = (x: Tensor2D): Tensor2D => tf.clipByValue(tf.round(tf.mul(x, LEVELS - 1)), 0, LEVELS - 1);
