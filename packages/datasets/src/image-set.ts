// Sets of grey images as bytes, and how one training file is divided.

/** Images of one size, row by row. Nothing here may be written to: several sets look at the same memory. */
export interface ImageSet {
  /** Intensities 0 … 255, [count, height, width] */
  readonly images: Uint8Array;
  /** Classes, [count] */
  readonly labels?: Uint8Array;
  readonly count: number;
  readonly height: number;
  readonly width: number;
  /**
   * Where the images come from: a name for their file, and the position in it of the first.
   *
   * It identifies an image to the draws that are made once for each, so that those are the same under every split.
   * By default `{ file: '', first: 0 }`.
   */
  readonly origin?: { readonly file: string; readonly first: number };
}

/** A data set, divided. */
export interface ImageSplits {
  readonly name: string;
  readonly train: ImageSet;
  readonly validation: ImageSet;
  readonly test: ImageSet;
  /** Sentences about everything that was undone or assumed. Default: none. */
  readonly notes?: readonly string[];
}

/**
 * How the training file is divided, in file order; named after MNIST's sizes (train/validation/test).
 *
 * - `'50k/10k/10k'`: the last sixth (rounded down) is for validation, of 60,000 images the last 10,000
 * - `'60k/10k'`: all of it is for training; the validation set is empty
 */
export type Split = '50k/10k/10k' | '60k/10k';

/** The images `from` … `to` − 1 of a set, as a view of the same memory. */
function slice(set: ImageSet, from: number, to: number): ImageSet {
  const pixels = set.height * set.width;
  const { file, first } = set.origin ?? { file: '', first: 0 };
  return {
    ...set,
    images: set.images.subarray(from * pixels, to * pixels),
    ...(set.labels ? { labels: set.labels.subarray(from, to) } : {}),
    count: to - from,
    origin: { file, first: first + from },
  };
}

/** How many images of a training file are for training. */
export const trainingCount = (count: number, split: Split): number =>
  split === '60k/10k' ? count : count - Math.floor(count / 6);

/** Divides a training file. */
export function divide(train: ImageSet, split: Split): Pick<ImageSplits, 'train' | 'validation'> {
  const kept = trainingCount(train.count, split);
  return { train: slice(train, 0, kept), validation: slice(train, kept, train.count) };
}
