// Householder reflections, many in turn.
import { type Tensor2D, type Tensor3D, tf } from '@flowvae/tensor';
import { offTape } from '../algebra/where-above.ts';
import { rankOneLayers } from './rank-one/layers.ts';

/** Mirrors ready for use: reflection k is z + back_k·(normal_kᵀz), both [B|1, K, D]. */
export interface Reflections {
  readonly normal: Tensor3D;
  readonly back: Tensor3D;
}

/**
 * Mirrors from normals v of any length: normal = v/max|v|, back = −2·normal/‖normal‖².
 *
 * A reflection does not depend on the length of v, so ignoring the gradient of the maximum loses nothing.
 */
export function reflections(v: Tensor3D): Reflections {
  const largest = offTape(() => tf.max<Tensor3D>(tf.abs(v), 2, true));
  const isZero = offTape(() => tf.cast(tf.equal(largest, 0), 'float32')); // v = 0: no reflection, and no 0/0
  const normal: Tensor3D = tf.div(v, tf.add(largest, isZero));
  const squared = tf.add(tf.sum(tf.square(normal), 2, true), isZero);
  return { normal, back: tf.mul(-2, tf.div(normal, squared)) };
}

const linearLayers = rankOneLayers({ apply: (s) => s, derivative: (h) => tf.onesLike(h) });

/** Reflects z [B, D] at one mirror after the other. */
export function reflect({ normal, back }: Reflections, z: Tensor2D): Tensor2D {
  return linearLayers({ w: normal, uHat: back, b: tf.zeros([1, normal.shape[1], 1]), z }).y;
}
