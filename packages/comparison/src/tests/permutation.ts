// The permutation test of two samples, such as the mean scores of two methods over seeds.
import { drawPermutation, fold, type Key } from '@flowvae/random';
import { meanOf } from '../summary.ts';
import type { ExactTest } from './sign-flip.ts';

/** Up to this many divisions of the seeds all are gone through. */
const MOST_EXACT = 2 ** 16;

/** Options of {@link permutationTest}. */
export interface DivisionOptions {
  readonly key: Key;
  /** Random divisions where there are more than 2^16. Default 9999. */
  readonly draws?: number;
}

/**
 * The two-sided permutation test that two samples have one distribution: the share of the divisions of all values into
 * two samples of these sizes whose means are at least as far apart. With 3 against 3 values, p is 0.1 at least. Not
 * known (NaN) where a sample is empty or a value is not finite.
 */
export function permutationTest(
  a: ArrayLike<number>,
  b: ArrayLike<number>,
  { key, draws = 9999 }: DivisionOptions,
): ExactTest {
  // the smaller sample decides as well as the larger one, with fewer sums
  const [first, second] = a.length <= b.length ? [a, b] : [b, a];
  const all = [...Array.from(first), ...Array.from(second)];
  const size = first.length;
  if (size === 0 || !all.every(Number.isFinite)) return { p: Number.NaN, isExact: true };
  const centre = meanOf(all);
  const centred = all.map((value) => value - centre);
  const isFar = farFrom(sumOf(centred.slice(0, size)), all, centred);
  if (divisions(all.length, size) <= MOST_EXACT) {
    const { hits, count } = countAll(centred, size, isFar);
    return { p: hits / count, isExact: true };
  }
  let hits = 1;
  for (let r = 0; r < draws; r++) {
    const order = drawPermutation(fold(key, r), all.length);
    let sum = 0;
    for (let i = 0; i < size; i++) sum += centred[order[i]!]!;
    if (isFar(sum)) hits++;
  }
  return { p: hits / (draws + 1), isExact: false };
}

const sumOf = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0);

/**
 * The sum of the first sample decides the difference of the means, because all values add up to 0. Equal sums in
 * another order must count as equal: the values and their mean have been rounded, and so have the sums of up to n.
 */
function farFrom(observed: number, all: readonly number[], centred: readonly number[]): (sum: number) => boolean {
  const sizeOf = (values: readonly number[]) => values.reduce((sum, value) => sum + Math.abs(value), 0);
  const rounding = Number.EPSILON * (2 * sizeOf(all) + all.length * sizeOf(centred));
  return (sum) => Math.abs(sum) >= Math.abs(observed) - rounding;
}

/** C(n, k), not rounded. */
function divisions(n: number, k: number): number {
  let count = 1;
  for (let i = 1; i <= k; i++) count *= (n - k + i) / i;
  return count;
}

function countAll(values: readonly number[], size: number, isFar: (sum: number) => boolean) {
  let hits = 0;
  let count = 0;
  const choose = (from: number, left: number, sum: number): void => {
    if (left === 0) {
      count++;
      if (isFar(sum)) hits++;
      return;
    }
    for (let i = from; i <= values.length - left; i++) choose(i + 1, left - 1, sum + values[i]!);
  };
  choose(0, size, 0);
  return { hits, count };
}
