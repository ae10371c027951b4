// Space to channels: four pixels become one pixel with four times the channels.
import { type Tensor1D, type Tensor2D, tf } from '@flowvae/tensor';
import type { NoShapes } from '../families/permutation.ts';
import type { InvertibleFlow } from '../flow.ts';
import { checkArguments } from '../layers/stacked-parameters.ts';
import { checkImage, type ImageShape, sizeOf } from './parts/picture.ts';

/**
 * Squeeze: each block of 2 × 2 pixels becomes one pixel, [h, w, c] → [h/2, w/2, 4c]; log-det exactly 0. Without
 * parameters.
 *
 * The channels of a new pixel are those of the upper left, upper right, lower left and lower right pixel. Shapes: z [B,
 * D], D = h·w·c → y [B, D], logDet [B]. Units: nats.
 * @throws ShapeError if z has another shape; ExpectationError for an odd height or width
 * @see Dinh et al. 2017, arXiv:1605.08803, section 3.6
 */
export function squeeze(shape: ImageShape): InvertibleFlow<NoShapes> {
  checkImage('squeeze', shape, 2);
  const [height, width, channels] = shape;
  const dim = sizeOf(shape);
  const paramShapes: NoShapes = {};
  const volumeKept = (z: Tensor2D): Tensor1D => tf.zeros([z.shape[0]]);
  // two rows of pixels at a time: only the pair of rows and the pairs of pixels in them change places
  const exchanged = (z: Tensor2D, [outer, inner]: readonly [number, number]): Tensor2D => {
    const batch = z.shape[0];
    const pairs = tf.reshape(z, [(batch * height) / 2, outer, inner, 2 * channels]);
    return tf.reshape(tf.transpose(pairs, [0, 2, 1, 3]), [batch, dim]);
  };
  return {
    name: 'squeeze',
    dim,
    paramShapes,
    start: 'volume',
    initialParams: () => ({}),
    forward(params, z) {
      checkArguments('squeeze.forward', 'z', z, { dim, paramShapes, params });
      return { y: exchanged(z, [2, width / 2]), logDet: volumeKept(z) };
    },
    inverse(params, y) {
      checkArguments('squeeze.inverse', 'y', y, { dim, paramShapes, params });
      return { z: exchanged(y, [width / 2, 2]), logDet: volumeKept(y) };
    },
  };
}
