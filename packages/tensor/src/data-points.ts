// Data with access row by row, for training, evaluation and encoding alike.
import { ExpectationError } from './expectation-error.ts';
import type { RowLayout } from './row-layout.ts';

/** Data points by index. */
export interface DataPoints {
  readonly count: number;
  /** Width W of a row. */
  readonly width: number;
  /** The arrays of a row by name; absent: the row is one array. */
  readonly layout?: RowLayout;
  /** Row i, [W]; the same at every call. The array may be reused by the next call. */
  row(index: number): Float32Array;
  /**
   * Row i as a training step sees it, where that depends on the step, such as bits that are drawn anew. Absent: `row`.
   */
  rowAt?(step: number, index: number): Float32Array;
}

/**
 * An array [n, W], row-major, as data points.
 *
 * @throws ExpectationError if the values do not fill whole rows, or there are none
 */
export function dataPoints(values: Float32Array, width: number): DataPoints {
  const count = values.length / width;
  if (!Number.isInteger(count) || count === 0) {
    const expected = `one or more rows of ${width} values`;
    throw new ExpectationError({ where: 'dataPoints: values', expected, received: `${values.length} values` });
  }
  return { count, width, row: (index) => values.subarray(index * width, (index + 1) * width) };
}
