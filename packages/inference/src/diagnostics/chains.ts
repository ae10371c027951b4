// Chains of one quantity: checked, cut into halves, ranked.
import { ExpectationError } from '@flowvae/tensor';
import { ascendingOrder } from './ascending-order.ts';
import { normalQuantile } from './normal-quantile.ts';

/** Draws of one quantity, one array of equal length for each chain. */
export type Chains = readonly ArrayLike<number>[];

/** Fewer draws of a chain tell nothing about its convergence. */
const FEWEST_DRAWS = 4;

/**
 * Whether diagnostics have a value: four draws or more in each chain, and no NaN.
 *
 * @throws ExpectationError for no chain, or chains of different lengths
 */
export function canBeJudged(where: string, chains: Chains): boolean {
  const lengths = new Set(chains.map(({ length }) => length));
  if (lengths.size !== 1) {
    const received = lengths.size === 0 ? 'none' : `lengths ${[...lengths].join(', ')}`;
    throw new ExpectationError({ where, expected: 'one or more chains of one length', received });
  }
  return chains[0]!.length >= FEWEST_DRAWS && !chains.some((chain) => hasNaN(chain));
}

function hasNaN(chain: ArrayLike<number>): boolean {
  for (let i = 0; i < chain.length; i++) if (Number.isNaN(chain[i]!)) return true;
  return false;
}

/** The first and the last half of every chain, first halves first, without the middle one of an odd number of draws. */
export function halves(chains: Chains): Float64Array[] {
  const whole = chains.map((chain) => Float64Array.from(chain));
  const half = whole[0]!.length >>> 1;
  return [
    ...whole.map((chain) => chain.subarray(0, half)),
    ...whole.map((chain) => chain.subarray(chain.length - half)),
  ];
}

/** All draws in one array. */
export function pooled(chains: Chains): Float64Array {
  const length = chains[0]!.length;
  const all = new Float64Array(chains.length * length);
  for (const [c, chain] of chains.entries()) all.set(chain, c * length);
  return all;
}

/** Applies a function to every draw. */
export const mapped = (chains: Chains, fn: (value: number) => number): Float64Array[] =>
  chains.map((chain) => Float64Array.from(chain, fn));

export const mean = (values: Float64Array): number => values.reduce((sum, value) => sum + value, 0) / values.length;

/** Unbiased variance, by two passes. */
export function variance(values: Float64Array): number {
  const centre = mean(values);
  return values.reduce((sum, value) => sum + (value - centre) ** 2, 0) / (values.length - 1);
}

/** Quantile by linear interpolation between order statistics (type 7 of Hyndman & Fan 1996). */
export function quantile(sorted: Float64Array, probability: number): number {
  const place = (sorted.length - 1) * probability;
  const below = Math.floor(place);
  const [low, high] = [sorted[below]!, sorted[Math.min(below + 1, sorted.length - 1)]!];
  if (low === high) return low; // two infinities too
  const share = place - below;
  return share < 0.5 ? low + (high - low) * share : high - (high - low) * (1 - share);
}

/**
 * Rank-normalised draws z = Φ⁻¹((r − 3/8)/(S + 1/4)), r the rank among all S draws, the mean rank of equal ones.
 *
 * @see Vehtari et al. 2021, arXiv:1903.08008, eq. 14
 */
export function rankNormalised(chains: Chains): Float64Array[] {
  const all = pooled(chains);
  const order = ascendingOrder(all);
  const scores = new Float64Array(all.length);
  for (let first = 0, end = 0; first < order.length; first = end) {
    while (end < order.length && all[order[end]!] === all[order[first]!]) end++;
    const rank = (first + 1 + end) / 2;
    const score = normalQuantile((rank - 0.375) / (all.length + 0.25));
    for (let place = first; place < end; place++) scores[order[place]!] = score;
  }
  const length = chains[0]!.length;
  return chains.map((_, c) => scores.subarray(c * length, (c + 1) * length));
}

/** Distances from the median of all draws, whose ranks show differences of scale. */
export function folded(chains: Chains): Float64Array[] {
  const median = quantile(pooled(chains).sort(), 0.5);
  return mapped(chains, (value) => Math.abs(value - median));
}
