// The element-wise affine map that networks inside flows drive: its log-scale is bounded, so that chains of layers do
// not explode.
import { type Tensor, type Tensor2D, tf } from '@flowvae/tensor';
import type { NetworkOptions } from './conditioner.ts';
import type { ElementwiseMap } from './elementwise-map.ts';
import { networkDefaults } from './network-sizes.ts';

/** a = c·tanh(r/c): r itself near 0, never beyond ±c. */
export const tanhBoundedLogScale = <T extends Tensor>(raw: T, most: number = networkDefaults.mostLogScale): T =>
  tf.mul(tf.tanh(tf.mul(raw, 1 / most)), most);

/** y = x·exp(a) + m from raw = [m | r], a = c·tanh(r/c), c = `mostLogScale`; log|dy/dx| = a. */
export function affineMap({ mostLogScale = networkDefaults.mostLogScale }: NetworkOptions): ElementwiseMap {
  const shiftAndScale = (raw: Tensor2D) => {
    const [shift, rawScale] = tf.split(raw, 2, 1) as [Tensor2D, Tensor2D];
    return { shift, logScale: tanhBoundedLogScale(rawScale, mostLogScale) };
  };
  return {
    outputs: 2,
    forward(x, raw) {
      const { shift, logScale } = shiftAndScale(raw);
      return { value: tf.add(tf.mul(x, tf.exp(logScale)), shift), logSlope: logScale };
    },
    inverse(y, raw) {
      const { shift, logScale } = shiftAndScale(raw);
      const opposite: Tensor2D = tf.neg(logScale);
      return { value: tf.mul(tf.sub(y, shift), tf.exp(opposite)), logSlope: opposite };
    },
  };
}
