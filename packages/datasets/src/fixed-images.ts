// A whole set binarised once, for evaluation: every look at an image gives the same pixels.
import { ExpectationError } from '@flowvae/tensor';
import { type BinarisationOptions, rowWriter } from './binarisation.ts';
import type { ImageSet } from './image-set.ts';

/** Images whose pixels do not change from one look to the next: the data points that evaluations take. */
export interface FixedImages {
  readonly count: number;
  /** Values of an image, height·width. */
  readonly width: number;
  /**
   * The pixels of image `index`, [width].
   *
   * @param out the array to fill, such as one row of a batch; a new one by default
   * @throws ExpectationError where there is no such image or `out` has another length
   */
  row(index: number, out?: Float32Array): Float32Array;
}

/**
 * Binarises a set once. `'static'` gives the pixels that {@link batches} gives; `'dynamic'` is drawn once, from `key`.
 *
 * Nothing is stored: a row is written from its bytes when asked for, and its draw depends on the key and the image
 * only.
 */
export function binarised(set: ImageSet, options: BinarisationOptions): FixedImages {
  const { count } = set;
  const width = set.height * set.width;
  const write = rowWriter(set, options)('evaluation');
  return {
    count,
    width,
    row(index, out = new Float32Array(width)) {
      checkRow(index, count, out.length, width);
      write(index, out);
      return out;
    },
  };
}

function checkRow(index: number, count: number, length: number, pixels: number): void {
  if (Number.isInteger(index) && index >= 0 && index < count && length === pixels) return;
  throw new ExpectationError({
    where: 'FixedImages.row',
    expected: `an index below ${count} and an array of ${pixels} pixels`,
    received: `index ${index} and ${length} pixels`,
  });
}
