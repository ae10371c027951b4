// The mean image, from which a decoder's output bias can start.
import { ExpectationError } from '@flowvae/tensor';
import { expectedOfBytes } from './binarisation.ts';
import type { Binarisation } from './binarisation-kinds.ts';
import type { ImageSet } from './image-set.ts';

/**
 * The expected value of each pixel after binarisation, in [0, 1]: the mean intensity, or for `'threshold'` the mean of
 * the bits.
 *
 * @throws ExpectationError where the set is empty
 */
export function meanImage(set: ImageSet, binarisation: Binarisation = 'none'): Float32Array {
  if (set.count === 0) {
    throw new ExpectationError({ where: 'meanImage: set', expected: 'at least one image', received: 'an empty set' });
  }
  const expected = expectedOfBytes(binarisation);
  const pixels = set.height * set.width;
  const sums = new Float64Array(pixels);
  for (let start = 0; start < set.count * pixels; start += pixels) {
    for (let i = 0; i < pixels; i++) sums[i]! += expected[set.images[start + i]!]!;
  }
  return Float32Array.from(sums, (sum) => sum / set.count);
}
