// Effective sample sizes of chains: of the bulk, of the tails, and of a mean.
import { autocovariances } from './autocovariance.ts';
import {
  type Chains,
  canBeJudged,
  halves,
  mapped,
  mean,
  pooled,
  quantile,
  rankNormalised,
  variance,
} from './chains.ts';

/** Draws that differ by less are constant. */
const CONSTANT = 1e-15;

/** Probabilities of the tails' quantiles. */
const TAILS = [0.05, 0.95] as const;

/**
 * Effective sample size of the bulk: of the rank-normalised draws, so that infinite variance does not matter; estimates
 * of means and medians depend on it. 400 or more for four chains is the usual demand.
 *
 * @returns NaN for fewer than four draws in a chain or if one is NaN; all draws for a constant
 * @throws ExpectationError for no chain, or chains of different lengths
 * @see Vehtari et al. 2021, arXiv:1903.08008, section 3.2
 */
export const bulkEss = (chains: Chains): number =>
  canBeJudged('bulkEss: chains', chains) ? essOf(rankNormalised(halves(chains))) : Number.NaN;

/**
 * Effective sample size of the tails: the smaller one of the 5 % and 95 % quantiles', the indicators x ≤ q; credible
 * intervals depend on it. Special values and errors are those of {@link bulkEss}.
 *
 * @see Vehtari et al. 2021, arXiv:1903.08008, section 4.3
 */
export function tailEss(chains: Chains): number {
  if (!canBeJudged('tailEss: chains', chains)) return Number.NaN;
  const sorted = pooled(chains).sort();
  const sizes = TAILS.map((probability) => {
    const limit = quantile(sorted, probability);
    return essOf(halves(mapped(chains, (value) => Number(value <= limit))));
  });
  return Math.min(...sizes);
}

/**
 * Effective sample size of the mean of the draws themselves. Special values and errors are those of {@link bulkEss}.
 */
export const meanEss = (chains: Chains): number =>
  canBeJudged('meanEss: chains', chains) ? essOf(halves(chains)) : Number.NaN;

/**
 * S/τ, τ = 1 + 2 Σ ρ_t: autocorrelations ρ_t = 1 − (W − γ_t)/V of all chains together, summed over Geyer's initial
 * monotone sequence of pairs; at most S·log₁₀ S.
 *
 * @see Vehtari et al. 2021, arXiv:1903.08008, eqs. 10-13; Geyer 1992, Statistical Science 7(4)
 */
function essOf(chains: readonly Float64Array[]): number {
  const count = chains[0]!.length;
  const all = chains.length * count;
  if (isConstant(chains)) return all;
  const covariances = autocovariances(chains);
  const within = (covariances[0]! * count) / (count - 1);
  const total = covariances[0]! + variance(Float64Array.from(chains, mean));
  const correlationAt = (lag: number) => 1 - (within - covariances[lag]!) / total;
  const tau = autocorrelationTime(correlationAt, count);
  return all / Math.max(tau, 1 / Math.log10(all)); // NaN stays NaN
}

function isConstant(chains: readonly Float64Array[]): boolean {
  let [least, most] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const chain of chains) {
    for (const value of chain) {
      least = Math.min(least, value);
      most = Math.max(most, value);
    }
  }
  return most - least < CONSTANT;
}

/**
 * τ from the pairs ρ_{2k} + ρ_{2k+1}: twice those that are positive, each at most its predecessor, less 1; of the pair
 * that ends the sequence the first half counts once.
 */
function autocorrelationTime(correlationAt: (lag: number) => number, count: number): number {
  let [even, odd] = [1, correlationAt(1)];
  let [sum, least] = [0, Number.POSITIVE_INFINITY];
  for (let lag = 2; lag < count - 2 && even + odd > 0; lag += 2) {
    least = Math.min(least, even + odd);
    sum += least;
    [even, odd] = [correlationAt(lag), correlationAt(lag + 1)];
  }
  if (Number.isNaN(even + odd)) return Number.NaN;
  return -1 + 2 * sum + (even > 0 || even + odd >= 0 ? even : 0);
}
