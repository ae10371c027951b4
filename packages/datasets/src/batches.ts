// Training batches by step: any step can be asked for, so a resumed run goes on with the batches it would have seen.
import { epochOrders } from '@flowvae/random';
import { ExpectationError } from '@flowvae/tensor';
import { type BinarisationOptions, rowWriter } from './binarisation.ts';
import type { ImageSet } from './image-set.ts';

/** The images of one step. */
export interface Batch {
  /** Pixels, [batchSize, height·width] */
  readonly x: Float32Array;
  /** Which images of the set, [batchSize] */
  readonly indices: Uint32Array;
}

/** Batches that can be asked for by step, in any order. */
export interface Batches {
  readonly batchSize: number;
  /** ⌊count/batchSize⌋: the images that fill no batch at the end of an epoch's order are left out of that epoch. */
  readonly stepsPerEpoch: number;
  /**
   * The batch of a step, counted from 0 over all epochs.
   *
   * The next call refills its arrays: copy them to keep them.
   *
   * @throws ExpectationError where the step is not a whole number
   */
  at(step: number): Batch;
}

/** Options of {@link batches}. */
export interface BatchOptions extends BinarisationOptions {
  readonly batchSize: number;
}

/**
 * Batches without replacement: each epoch goes through the set once, in an order of its own, `fold(key, 'epoch',
 * epoch)`.
 *
 * Everything about step s depends on the set, the options and s alone.
 *
 * @throws ExpectationError where the batch size is not a whole number in [1, count]
 */
export function batches(set: ImageSet, options: BatchOptions): Batches {
  const { batchSize, key } = options;
  checkBatchSize(batchSize, set.count);
  const pixels = set.height * set.width;
  const stepsPerEpoch = Math.floor(set.count / batchSize);
  const orderOf = epochOrders(key, set.count);
  const writeAt = rowWriter(set, options);
  const x = new Float32Array(batchSize * pixels);
  const rows = Array.from({ length: batchSize }, (_, row) => x.subarray(row * pixels, (row + 1) * pixels));
  const indices = new Uint32Array(batchSize);
  return {
    batchSize,
    stepsPerEpoch,
    at(step) {
      checkStep(step);
      const start = (step % stepsPerEpoch) * batchSize;
      indices.set(orderOf(Math.floor(step / stepsPerEpoch)).subarray(start, start + batchSize));
      const write = writeAt(step);
      for (let row = 0; row < batchSize; row++) write(indices[row]!, rows[row]!);
      return { x, indices };
    },
  };
}

function checkBatchSize(batchSize: number, count: number): void {
  if (Number.isInteger(batchSize) && batchSize >= 1 && batchSize <= count) return;
  throw new ExpectationError({
    where: 'batches: batchSize',
    expected: count > 0 ? `a whole number from 1 to ${count}, the size of the set` : 'a set with images',
    received: count > 0 ? String(batchSize) : 'an empty one',
  });
}

function checkStep(step: number): void {
  if (Number.isSafeInteger(step) && step >= 0) return;
  throw new ExpectationError({ where: 'batches.at: step', expected: 'a whole number from 0', received: String(step) });
}
