// The map of each component in a coupling or autoregressive layer, driven by numbers from a network.
import { type Tensor1D, type Tensor2D, tf } from '@flowvae/tensor';

/** Each component's new value, and the log of its slope; no log-slope if the slope is 1. */
interface Mapped {
  /** [B, N] */
  readonly value: Tensor2D;
  /** [B, N], nats */
  readonly logSlope?: Tensor2D;
}

/**
 * An increasing map of every component, driven by `outputs` numbers per component, raw [B, outputs·N]; at raw = 0 the
 * map is the identity.
 */
export interface ElementwiseMap {
  readonly outputs: number;
  /** x [B, N] */
  forward(x: Tensor2D, raw: Tensor2D): Mapped;
  /** y [B, N] */
  inverse(y: Tensor2D, raw: Tensor2D): Mapped;
}

/** y = x + raw. */
export const shiftMap: ElementwiseMap = {
  outputs: 1,
  forward: (x, raw) => ({ value: tf.add(x, raw) }),
  inverse: (y, raw) => ({ value: tf.sub(y, raw) }),
};

/** Σ over layers and components, [B]; one reduction for all layers. */
export function sumOfLogSlopes(layers: readonly Mapped[], batch: number): Tensor1D {
  const slopes = layers.flatMap(({ logSlope }) => logSlope ?? []);
  if (slopes.length === 0) return tf.zeros([batch]);
  return tf.sum(slopes.length === 1 ? slopes[0]! : tf.concat(slopes, 1), 1);
}
