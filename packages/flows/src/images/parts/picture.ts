// Points [B, D] as pictures [B, height, width, channels]: the numbers stand row after row, the channels of a pixel side
// by side.
import { ExpectationError, elementCount, type Tensor, type Tensor2D, type Tensor3D, tf } from '@flowvae/tensor';

/** Height, width and channels of a picture. */
export type ImageShape = readonly [height: number, width: number, channels: number];

/** Numbers of a picture. */
export const sizeOf = (shape: ImageShape): number => elementCount(shape);

/**
 * Refuses a shape that is no picture's, or one that is not divisible.
 *
 * @param divisor a number that height and width must be multiples of
 * @throws ExpectationError
 */
export function checkImage(where: string, shape: ImageShape, divisor = 1): void {
  const isWhole = (size: number) => Number.isInteger(size) && size > 0;
  const [height, width] = shape;
  if (shape.length === 3 && shape.every(isWhole) && height % divisor === 0 && width % divisor === 0) return;
  const sides = divisor === 1 ? '' : `, height and width multiples of ${divisor}`;
  throw new ExpectationError({
    where: `${where}: shape`,
    expected: `[height, width, channels], whole numbers from 1${sides}`,
    received: JSON.stringify(shape),
    ...(divisor === 1 ? {} : { remedy: remedyFor(shape) }),
  });
}

/** The levels that are possible: each halves height and width. */
function remedyFor([height, width]: ImageShape): string {
  let most = 0;
  while (height % 2 ** (most + 1) === 0 && width % 2 ** (most + 1) === 0 && most < MOST_LEVELS) most++;
  return most === 0 ? 'pad the pictures' : `pad the pictures, or take at most ${most} level${most === 1 ? '' : 's'}`;
}

/** Sides are 0 only by mistake; they can be halved for ever. */
const MOST_LEVELS = 31;

/**
 * Refuses a picture of one channel.
 *
 * @throws ExpectationError
 */
export function checkSeveralChannels(where: string, shape: ImageShape, remedy: string): void {
  checkImage(where, shape);
  if (shape[2] > 1) return;
  throw new ExpectationError({ where: `${where}: shape`, expected: '2 channels or more', received: '1', remedy });
}

/** [B, D] → [B, h·w, c]. */
export const asPixels = (z: Tensor2D, [height, width, channels]: ImageShape): Tensor3D =>
  tf.reshape(z, [z.shape[0], height * width, channels]);

/** [B, …] → [B, D]. */
export const asRows = (x: Tensor): Tensor2D => tf.reshape(x, [x.shape[0]!, elementCount(x.shape.slice(1))]);
