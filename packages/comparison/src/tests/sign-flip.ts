// The sign-flip test of paired differences.
import { type SignOptions, type Signs, signedSums } from './signed-sums.ts';

/** The result of a test by signs or by places. */
export interface ExactTest {
  readonly p: number;
  /** Whether p is exact; else it is estimated from random draws, and at least 1/(draws + 1). */
  readonly isExact: boolean;
}

/** Two columns to compare, by their places. */
export type Pair = readonly [a: number, b: number];

/**
 * The two-sided sign-flip test that a mean is 0: under values whose signs are arbitrary, the share of signs that give a
 * mean at least as far from 0. Exact for a symmetric distribution; for others as the number of values grows.
 *
 * @param values such as the differences of two models' scores, one for each data point
 */
export const signFlipTest = (values: ArrayLike<number>, options: SignOptions): ExactTest =>
  signFlipTests([values, new Float64Array(values.length)], [[0, 1]], options)[0]!;

/**
 * {@link signFlipTest} of the differences of pairs of columns, for all pairs at the cost of the columns: they share
 * their signs.
 *
 * @param columns scores of each model at the same data points
 */
export function signFlipTests(
  columns: readonly ArrayLike<number>[],
  pairs: readonly Pair[],
  options: SignOptions,
): ExactTest[] {
  const observed = pairs.map(([a, b]) => differenceOf(columns[a]!, columns[b]!));
  const hits = new Float64Array(pairs.length);
  const signs = signedSums(columns, options, (sums) => {
    for (const [i, [a, b]] of pairs.entries()) {
      const { sum, rounding } = observed[i]!;
      if (Math.abs(sums[a]! - sums[b]!) >= Math.abs(sum) - rounding) hits[i]!++;
    }
  });
  return pairs.map((_, i) => ({ p: pOf(hits[i]!, signs), isExact: signs.isExact }));
}

/** Draws count the observed signs as one of them, so that p is never 0. */
const pOf = (hits: number, { count, isExact }: Signs) => (isExact ? hits / count : (hits + 1) / (count + 1));

/** Σ (a − b), and a bound on the rounding of such sums: equal sums in another order must count as equal. */
function differenceOf(a: ArrayLike<number>, b: ArrayLike<number>) {
  let sum = 0;
  let size = 0;
  for (let i = 0; i < a.length; i++) {
    sum += a[i]! - b[i]!;
    size += Math.abs(a[i]!) + Math.abs(b[i]!);
  }
  return { sum, rounding: 1e-12 * size };
}
