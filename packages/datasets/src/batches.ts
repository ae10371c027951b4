// Training batches by step: any step can be asked for, so a resumed run goes on with the batches it would have seen.
import { epochOrders, type Key } from '@flowvae/random';
import { type DataPoints, ExpectationError } from '@flowvae/tensor';
import type { BinarisationOptions } from './binarisation.ts';
import { binarised } from './fixed-images.ts';
import type { ImageSet } from './image-set.ts';

/** The data of one step. */
export interface Batch {
  /** [batchSize, W] */
  readonly x: Float32Array;
  /** Which data points, [batchSize] */
  readonly indices: Uint32Array;
}

/** Batches that can be asked for by step, in any order. */
export interface Batches {
  readonly batchSize: number;
  /** ⌊count/batchSize⌋: data points that fill no batch at the end of an epoch’s order are left out of that epoch. */
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
export interface BatchOptions {
  readonly batchSize: number;
  /** Decides the orders. */
  readonly key: Key;
}

/**
 * Batches without replacement: each epoch goes through the data once, in an order of its own, `fold(key, 'epoch',
 * epoch)`. Of images as bytes, the same key decides dynamic binarisation.
 *
 * Everything about step s depends on the data, the options and s alone.
 *
 * @throws ExpectationError where the batch size is not a whole number in [1, count]
 */
export function batches(data: DataPoints, options: BatchOptions): Batches;
export function batches(set: ImageSet, options: BatchOptions & BinarisationOptions): Batches;
export function batches(given: DataPoints | ImageSet, options: BatchOptions | (BatchOptions & BinarisationOptions)) {
  const { batchSize, key } = options;
  checkBatchSize(batchSize, given.count);
  const data = 'images' in given ? binarised(given, options as BinarisationOptions) : given;
  const { count, width } = data;
  const stepsPerEpoch = Math.floor(count / batchSize);
  const orderOf = epochOrders(key, count);
  const x = new Float32Array(batchSize * width);
  const indices = new Uint32Array(batchSize);
  const rowAt = (step: number, index: number) => data.rowAt?.(step, index) ?? data.row(index);
  return {
    batchSize,
    stepsPerEpoch,
    at(step: number): Batch {
      checkStep(step);
      const start = (step % stepsPerEpoch) * batchSize;
      indices.set(orderOf(Math.floor(step / stepsPerEpoch)).subarray(start, start + batchSize));
      for (let row = 0; row < batchSize; row++) x.set(rowAt(step, indices[row]!), row * width);
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
