// Which dimensions of the latent a model uses.
import type { PosteriorStatistics } from './posterior-statistics.ts';

/** Activity of the latent's dimensions. */
export interface LatentActivity {
  /** Var_x E[z|x] of each dimension, [D]. */
  readonly variance: readonly number[];
  /** Dimensions whose variance is above the threshold. */
  readonly active: number;
}

/**
 * Threshold: with less variance, a dimension counts as carrying no information. @see Burda et al. 2016,
 * arXiv:1509.00519, section 5.2
 */
export const ACTIVE_VARIANCE = 0.01;

/**
 * Active units: dimensions with Var_x E[z|x] > 0.01.
 *
 * If E[z|x] is a mean of M draws, the average of its own variance Var[z|x]/M over x is subtracted, so that noise alone
 * activates no dimension.
 * @throws nothing; with fewer than two data points every variance is NaN and no unit is active
 * @see Burda et al. 2016, arXiv:1509.00519, section 5.2
 */
export function latentActivity(
  statistics: Pick<PosteriorStatistics, 'count' | 'dim' | 'samples' | 'mean' | 'variance' | 'isMeanExact'>,
): LatentActivity {
  const { count, dim, samples, mean, variance, isMeanExact } = statistics;
  const column = (values: Float32Array, d: number) => Array.from({ length: count }, (_, i) => values[i * dim + d]!);
  const variances = Array.from({ length: dim }, (_, d) => {
    const noise = isMeanExact ? 0 : average(column(variance, d)) / samples;
    return sampleVariance(column(mean, d)) - noise;
  });
  return { variance: variances, active: variances.filter((value) => value > ACTIVE_VARIANCE).length };
}

const average = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

function sampleVariance(values: readonly number[]): number {
  const mean = average(values);
  return values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1);
}
