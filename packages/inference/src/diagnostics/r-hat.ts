// R̂: whether chains agree with each other, in place and in scale.
import { type Chains, canBeJudged, folded, halves, mean, rankNormalised, variance } from './chains.ts';

/**
 * Rank-normalised split R̂: the larger one of the draws' own and that of their distances from the median. It is 1 for
 * chains that have mixed, and above 1.01 for others.
 *
 * Each chain is cut into halves, so that a single chain that drifts is found too.
 * @returns NaN for fewer than four draws in a chain, if one is NaN, and for a constant
 * @throws ExpectationError for no chain, or chains of different lengths
 * @see Vehtari et al. 2021, arXiv:1903.08008, sections 3.1 and 4.1
 */
export function rHat(chains: Chains): number {
  if (!canBeJudged('rHat: chains', chains)) return Number.NaN;
  const split = halves(chains);
  return Math.max(varianceRatio(rankNormalised(split)), varianceRatio(rankNormalised(folded(split))));
}

/** √(V/W) of chains of N draws: W the mean variance inside a chain, V = (1 − 1/N)·W + the variance of the means. */
function varianceRatio(chains: readonly Float64Array[]): number {
  const count = chains[0]!.length;
  const within = mean(Float64Array.from(chains, variance));
  const between = variance(Float64Array.from(chains, mean));
  return Math.sqrt(between / within + (count - 1) / count);
}
