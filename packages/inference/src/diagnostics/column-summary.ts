// The summary of one quantity's chains.
import { type Chains, mean, pooled, variance } from './chains.ts';
import { bulkEss, tailEss } from './effective-sample-size.ts';
import { deviationError, meanError } from './monte-carlo-errors.ts';
import { rHat } from './r-hat.ts';

/** Moments of a quantity with their errors, and whether its chains can be trusted. */
export interface ColumnSummary {
  readonly mean: number;
  readonly std: number;
  /** Monte Carlo standard error of the mean. */
  readonly meanError: number;
  /** Monte Carlo standard error of `std`. */
  readonly stdError: number;
  /** Below 1.01 for chains that agree. */
  readonly rHat: number;
  readonly bulkEss: number;
  readonly tailEss: number;
}

/** Summarises chains; see the single diagnostics for their special values. */
export function summariseChains(chains: Chains): ColumnSummary {
  const all = pooled(chains);
  return {
    mean: mean(all),
    std: Math.sqrt(variance(all)),
    meanError: meanError(chains),
    stdError: deviationError(chains),
    rHat: rHat(chains),
    bulkEss: bulkEss(chains),
    tailEss: tailEss(chains),
  };
}

/** Draws of chains, [chains, draws, D], row-major. */
export interface ChainsOfColumns {
  readonly chains: number;
  readonly draws: number;
}

/** Summarises every column of draws [chains, draws, D], row-major; [D]. */
export function columnSummaries(values: ArrayLike<number>, { chains, draws }: ChainsOfColumns): ColumnSummary[] {
  const dim = values.length / (chains * draws) || 0; // 0 without draws
  const column = (d: number) =>
    Array.from({ length: chains }, (_, c) =>
      Float64Array.from({ length: draws }, (__, i) => values[(c * draws + i) * dim + d]!),
    );
  return Array.from({ length: dim }, (_, d) => summariseChains(column(d)));
}
