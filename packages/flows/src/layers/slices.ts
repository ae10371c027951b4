// Parameters that are stacked over layers, cut into layers.
import { type Tensor, tf } from '@flowvae/tensor';

/** [B|1, K, …] as K slices [B|1, 1, …]; tfjs's gradient of a split into one part throws, so one layer is not split. */
export const layersOf = (x: Tensor, layers: number): Tensor[] => (layers === 1 ? [x] : tf.split(x, layers, 1));
