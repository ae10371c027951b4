// Options of estimates for each data point.
import type { Key } from '@flowvae/random';
import type { DataPoints, NamedVariables } from '@flowvae/tensor';
import type { RunnerOptions } from '../steps/function-runner.ts';

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
