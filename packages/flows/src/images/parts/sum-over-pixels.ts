// Log-dets of layers that do the same at every pixel.
import { type Tensor, type Tensor1D, type Tensor2D, tf } from '@flowvae/tensor';
import { sumOfLogScales } from '../../algebra/log-scales.ts';
import type { ImageShape } from './picture.ts';

/** h·w·Σ log-scales of the channels [B|1, c], for each of the rows of z → [B]. */
export const sumOverPixels = (logScale: Tensor, z: Tensor2D, [height, width]: ImageShape): Tensor1D =>
  tf.mul(sumOfLogScales(logScale, z), height * width);
