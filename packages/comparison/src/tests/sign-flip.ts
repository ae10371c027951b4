// The sign-flip test of paired differences.
import { type SignOptions, type Signs, signedSums } from './signed-sums.ts';

/** The result of a test by signs or by places. */
export interface ExactTest {
  /** NaN where a value is not finite: nothing is known then. */
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
 * @throws RangeError for columns of different lengths
 */
export function signFlipTests(
  columns: readonly ArrayLike<number>[],
  pairs: readonly Pair[],
  options: SignOptions,
): ExactTest[] {
  const centred = aboutMiddle(columns);
  const observed = pairs.map(([a, b]) => observedOf([columns[a]!, columns[b]!], [centred[a]!, centred[b]!]));
  const hits = new Float64Array(pairs.length);
  const signs = signedSums(centred, options, (sums) => {
    for (const [i, [a, b]] of pairs.entries()) {
      const { sum, rounding } = observed[i]!;
      if (Math.abs(sums[a]! - sums[b]!) >= Math.abs(sum) - rounding) hits[i]!++;
    }
  });
  const p = (i: number) => (Number.isFinite(observed[i]!.sum) ? pOf(hits[i]!, signs) : Number.NaN);
  return pairs.map((_, i) => ({ p: p(i), isExact: signs.isExact }));
}

/** Draws count the observed signs as one of them, so that p is never 0. */
const pOf = (hits: number, { count, isExact }: Signs) => (isExact ? hits / count : (hits + 1) / (count + 1));

/**
 * The columns without the middle one of their values at each row, which all differences share: sums of small
 * differences of large scores keep their digits. A column with a value that is not finite does not disturb the others.
 */
function aboutMiddle(columns: readonly ArrayLike<number>[]): Float64Array[] {
  const rows = columns[0]?.length ?? 0;
  for (const { length } of columns) {
    if (length !== rows) throw new RangeError(`signFlipTests: columns: expected ${rows} values, got ${length}`);
  }
  const centred = columns.map((column) => Float64Array.from(column));
  for (let i = 0; i < rows; i++) {
    const values = centred.map((column) => column[i]!).filter(Number.isFinite);
    const middle = values.toSorted((a, b) => a - b)[(values.length - 1) >> 1] ?? 0;
    for (const column of centred) column[i]! -= middle;
  }
  return centred;
}

/** The columns of a pair. */
type Two = readonly [a: ArrayLike<number>, b: ArrayLike<number>];

/**
 * Σ (a − b), and a bound on the rounding of such sums: equal sums in another order must count as equal. The scores have
 * been rounded once, the sums of n centred values at most n times.
 */
function observedOf([a, b]: Two, [centredA, centredB]: Two) {
  const rows = a.length;
  let [sum, size, centredSize] = [0, 0, 0];
  for (let i = 0; i < rows; i++) {
    sum += centredA[i]! - centredB[i]!;
    size += Math.abs(a[i]!) + Math.abs(b[i]!);
    centredSize += Math.abs(centredA[i]!) + Math.abs(centredB[i]!);
  }
  return { sum, rounding: Number.EPSILON * (size + (rows + 4) * centredSize) };
}
