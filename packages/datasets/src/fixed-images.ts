// A set of images as data points: the same pixels at every look in an evaluation, its own pixels at every step.
import { type DataPoints, ExpectationError } from '@flowvae/tensor';
import { type BinarisationOptions, rowWriter } from './binarisation.ts';
import type { ImageSet } from './image-set.ts';

/** Binarised images as data points. */
export interface FixedImages extends DataPoints {
  /**
   * The pixels of image `index`, [width].
   *
   * @param out the array to fill, such as one row of a batch; a new one by default
   * @throws ExpectationError where there is no such image or `out` has another length
   */
  row(index: number, out?: Float32Array): Float32Array;
  /** The pixels of image `index` at a training step; the array is reused by the next call. */
  rowAt(step: number, index: number): Float32Array;
}

/**
 * Binarises a set. For evaluation, `row` draws `'dynamic'` once, from `key`; at a training step, `rowAt` draws it anew.
 * All else is the same at both.
 *
 * Nothing is stored: a row is written from its bytes when asked for, and its draw depends on the key and the image
 * only.
 */
export function binarised(set: ImageSet, options: BinarisationOptions): FixedImages {
  const { count } = set;
  const width = set.height * set.width;
  const writerAt = rowWriter(set, options);
  const write = writerAt('evaluation');
  const atStep = { step: -1, write };
  const pixels = new Float32Array(width);
  return {
    count,
    width,
    row(index, out = new Float32Array(width)) {
      checkRow(index, count, out.length, width);
      write(index, out);
      return out;
    },
    rowAt(step, index) {
      checkRow(index, count, width, width);
      if (step !== atStep.step) Object.assign(atStep, { step, write: writerAt(step) });
      atStep.write(index, pixels);
      return pixels;
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
