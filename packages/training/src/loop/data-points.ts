// Data with access row by row.
import type { Key } from '@flowvae/random';
import { ExpectationError, type NamedVariables } from '@flowvae/tensor';
import type { RunnerOptions } from '../steps/function-runner.ts';

/** Data points by index. */
export interface DataPoints {
  readonly count: number;
  /** Width P of a data point. */
  readonly width: number;
  /** Row i, [P]; the array may be reused by the next call. */
  row(index: number): Float32Array;
}

/**
 * Options of functions that estimate something for each data point by itself; the results do not depend on `threads`.
 */
export interface PointwiseOptions<Estimate> extends RunnerOptions {
  readonly variables: NamedVariables;
  readonly data: DataPoints;
  readonly key: Key;
  /** Called with each data point's estimate, in the order of the data. */
  readonly onEstimate?: (image: number, estimate: Estimate) => void;
}

/**
 * An array [n, P], row-major, as data points.
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
