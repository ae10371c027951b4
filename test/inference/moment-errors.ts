// Estimated moments against known ones, in units of their Monte Carlo errors.
import type { ColumnSummary } from '@flowvae/inference';

/** The true moments of columns. */
export interface KnownMoments {
  readonly means: readonly number[];
  readonly stds: readonly number[];
}

/** More errors than that come by chance once in 10⁵ numbers. */
const MOST = 4.5;

/** Names the moments that are off by more than 4.5 of their errors; NaN always is. */
export const offBy = (columns: readonly ColumnSummary[], { means, stds }: KnownMoments): string[] =>
  means.flatMap((mean, d) => {
    const { mean: foundMean, std, meanError, stdError } = columns[d]!;
    const errors = { mean: (foundMean - mean) / meanError, std: (std - stds[d]!) / stdError };
    return Object.entries(errors)
      .filter(([, error]) => !(Math.abs(error) <= MOST))
      .map(([name, error]) => `${name} of column ${d} is off by ${error.toFixed(1)} errors`);
  });
