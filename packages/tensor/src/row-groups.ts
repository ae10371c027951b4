// Rows in groups: if several draws belong to one data point, each row of its parameters stands for several successive
// rows.
import type { Tensor } from '@tensorflow/tfjs-core';
import { ExpectationError } from './expectation-error.ts';
import { tf } from './tensorflow.ts';

/** Repeats every row: x [n, …] → [n·times, …], row i at i·times … i·times + times − 1. The gradient sums over them. */
export function repeatRows<T extends Tensor>(x: T, times: number): T {
  if (times === 1) return x;
  const [rows, ...rest] = x.shape as [number, ...number[]];
  const repeated = tf.customGrad((given) => ({
    // tfjs's own gradient of `tile` is a slice for each copy
    value: tf.reshape(tf.tile(tf.reshape(given as Tensor, [rows, 1, -1]), [1, times, 1]), [rows * times, ...rest]),
    gradFunc: (dy: Tensor) => tf.sum(tf.reshape(dy, [rows, times, ...rest]), 1),
  }));
  return repeated(x) as T;
}

/**
 * x with one row for each of `rows`: a single row, on either side, is left for broadcasting; n rows are repeated in
 * groups of rows/n.
 *
 * @throws ExpectationError if the rows do not form equal groups
 */
export function rowsFor<T extends Tensor>(where: string, x: T, rows: number): T {
  const given = x.shape[0]!;
  if (given === 1 || rows === 1 || given === rows) return x;
  if (rows % given === 0) return repeatRows(x, rows / given);
  throw new ExpectationError({
    where,
    expected: `a multiple of ${given} rows, as many for each row of parameters`,
    received: `${rows} rows`,
  });
}
