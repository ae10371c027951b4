// Rows of data as pictures [B, h, w, c], as the convolutions read and write them.
import { ExpectationError, type Tensor2D, type Tensor3D, type Tensor4D, tf } from '@flowvae/tensor';
import type { DecoderOutputs, NetworkPairOptions } from '../network-pair.ts';

/** Height, width, channels. */
export type PictureShape = readonly [number, number, number];

/**
 * The shape of a datum as a picture's.
 *
 * @param network the network's name, for the error
 * @throws ExpectationError for data that are no pictures
 */
export function pictureShape(network: string, shape: readonly number[]): PictureShape {
  const [height, width, channels = 1] = shape;
  if ((shape.length === 2 || shape.length === 3) && width !== undefined) return [height!, width, channels];
  throw new ExpectationError({
    where: `architecture ${network}`,
    expected: 'pictures, [height, width, channels]',
    received: `rows of ${shape.join(' x ')} values`,
    remedy: 'name the pictures’ `shape` if the rows are flat pictures, or take `architecture` mlp',
  });
}

/** Channels that an encoder reads: those of the picture, its mask's, and one for each column of the condition. */
export const channelsRead = (
  [height, width]: PictureShape,
  { inputWidth, conditionWidth = 0 }: Pick<NetworkPairOptions, 'inputWidth' | 'conditionWidth'>,
): number => inputWidth / (height * width) + conditionWidth;

/**
 * Rows [B, inputWidth + conditionWidth] as one picture: the mask's channels lie behind those of x, and each column of
 * the condition is a channel of one value.
 */
export function readPicture(
  rows: Tensor2D,
  [height, width, channels]: PictureShape,
  { inputWidth, conditionWidth = 0 }: Pick<NetworkPairOptions, 'inputWidth' | 'conditionWidth'>,
): Tensor4D {
  const count = inputWidth / (height * width * channels);
  if (count === 1 && conditionWidth === 0) return tf.reshape(rows, [-1, height, width, channels]);
  const widths = [...new Array<number>(count).fill(height * width * channels), conditionWidth].filter((n) => n > 0);
  const parts = tf.split(rows, widths, 1).map(
    (part, i) =>
      i < count
        ? tf.reshape(part, [-1, height, width, channels])
        : tf.tile(tf.reshape(part, [-1, 1, 1, conditionWidth]), [1, height, width, 1]), // [B, h, w, C]
  );
  return tf.concat(parts, 3) as Tensor4D;
}

/** Outputs as a picture [B, h, w, c·perValue] to rows [B, perValue·P] in the order of the likelihood. */
export function writeOutputs(picture: Tensor4D, { perValue, byValue = false }: DecoderOutputs): Tensor2D {
  const [batch] = picture.shape;
  if (perValue === 1 || byValue) return tf.reshape(picture, [batch, -1]);
  const byPixel = tf.reshape(picture, [batch, -1, perValue]) as Tensor3D; // [B, P, perValue]
  return tf.reshape(tf.transpose(byPixel, [0, 2, 1]), [batch, -1]);
}

/** The mean start of each output channel [c·perValue] over the pixels: a convolution has one bias for all of them. */
export function channelBias([height, width, channels]: PictureShape, outputs: DecoderOutputs): Float32Array {
  const { perValue, byValue = false, bias } = outputs;
  const sums = new Float64Array(channels * perValue);
  const [pixels, values] = [height * width, height * width * channels];
  bias?.forEach((value, i) => {
    const [at, output] = byValue ? [Math.floor(i / perValue), i % perValue] : [i % values, Math.floor(i / values)];
    sums[(at % channels) * perValue + output]! += value;
  });
  return Float32Array.from(sums, (sum) => sum / pixels);
}
