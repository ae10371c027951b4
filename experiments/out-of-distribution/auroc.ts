// The area under the receiver operating characteristic: how well low scores find data from another distribution.
import type { Estimate } from '../flow-vs-vae/estimates.ts';

/**
 * P(outside < inside) + ½·P(outside = inside) for scores of data inside and outside of the distribution: 1, every score
 * outside is lower; ½, no difference; 0, every one is higher.
 *
 * The standard error takes A/(2 − A) and 2A²/(1 + A) for the chances of two comparisons that share one score.
 * @see Hanley & McNeil 1982, Radiology 143(1), 29-36
 */
export function auroc(inside: ArrayLike<number>, outside: ArrayLike<number>): Estimate {
  const [m, n] = [outside.length, inside.length];
  const sorted = Float64Array.from(outside).sort();
  let sum = 0;
  for (const score of Array.from(inside)) {
    sum += (placeOf(sorted, score, false) + placeOf(sorted, score, true)) / 2;
  }
  const value = sum / (m * n);
  const [sharedInside, sharedOutside] = [value / (2 - value), (2 * value ** 2) / (1 + value)];
  const variance = value * (1 - value) + (m - 1) * (sharedInside - value ** 2) + (n - 1) * (sharedOutside - value ** 2);
  return { value, error: Math.sqrt(Math.max(0, variance) / (m * n)) };
}

/** How many sorted values lie below a score, or, where equal ones count, not above it. */
function placeOf(sorted: Float64Array, score: number, withEqual: boolean): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    const isBelow = sorted[middle]! < score || (withEqual && sorted[middle] === score);
    if (isBelow) low = middle + 1;
    else high = middle;
  }
  return low;
}
