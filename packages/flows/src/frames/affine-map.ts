// The element-wise affine map that networks inside flows drive: its log-scale is bounded, so that chains of layers do
// not explode.
import { type Tensor, type Tensor2D, tf } from '@flowvae/tensor';
import type { ElementwiseMap } from './elementwise-map.ts';

/** Largest |log scale| of one layer. */
const MOST_LOG_SCALE = 2;

/** a = 2·tanh(r/2): r itself near 0, never beyond ±2. */
export const tanhBoundedLogScale = <T extends Tensor>(raw: T): T =>
  tf.mul(tf.tanh(tf.mul(raw, 1 / MOST_LOG_SCALE)), MOST_LOG_SCALE);

/** y = x·exp(a) + m from raw = [m | r], a = 2·tanh(r/2); log|dy/dx| = a. */
export const affineMap: ElementwiseMap = {
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

function shiftAndScale(raw: Tensor2D) {
  const [shift, rawScale] = tf.split(raw, 2, 1) as [Tensor2D, Tensor2D];
  return { shift, logScale: tanhBoundedLogScale(rawScale) };
}
