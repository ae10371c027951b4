// The distribution function of the standard normal.
import { type Tensor, tf } from '@flowvae/tensor';

/** Φ(w) = ½·(1 + erf(w/√2)), to float32's rounding beside 1: it turns normal into uniform noise. */
export const normalCdf = <T extends Tensor>(w: T): T => tf.mul(tf.add(tf.erf(tf.mul(w, Math.SQRT1_2)), 1), 0.5);
