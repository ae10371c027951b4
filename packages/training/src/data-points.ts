// Data that can be asked for row by row.
import { ExpectationError } from '@flowvae/tensor';

/** Data points by index. */
export interface DataPoints {
  readonly count: number;
  /** Width P of a data point. */
  readonly width: number;
  /** Row i, [P]; the array may be reused by the next call. */
  row(index: number): Float32Array;
}

/**
 * An array [n, P], row-major, as data points.
 *
 * @throws ExpectationError where the values do not fill whole rows, or there are none
 */
export function dataPoints(values: Float32Array, width: number): DataPoints {
  const count = values.length / width;
  if (!Number.isInteger(count) || count === 0) {
    const expected = `one or more rows of ${width} values`;
    throw new ExpectationError({ where: 'dataPoints: values', expected, received: `${values.length} values` });
  }
  return { count, width, row: (index) => values.subarray(index * width, (index + 1) * width) };
}
