// Sums of columns under random signs: the same signs for every column, so the sum of a difference is a difference of
// sums.
import { drawBits, fold, type Key } from '@flowvae/random';

/** Up to this many rows all signs are gone through. */
const MOST_EXACT_ROWS = 16;

/** Options of tests by signs. */
export interface SignOptions {
  readonly key: Key;
  /** Draws of signs where the rows are too many to go through all of them (more than 16). Default 9999. */
  readonly draws?: number;
}

/** How many signs are tried, and whether they are all that there are. */
export interface Signs {
  readonly count: number;
  readonly isExact: boolean;
}

/**
 * Calls `visit` with Σᵢ sᵢ·x_ci of every column c, for all signs s ∈ {−1, 1}ⁿ or for random ones.
 *
 * Four rows at a time come from a table of their 16 signed sums.
 *
 * @param columns arrays of equal length
 */
export function signedSums(
  columns: readonly ArrayLike<number>[],
  { key, draws = 9999 }: SignOptions,
  visit: (sums: Float64Array) => void,
): Signs {
  const rows = columns[0]?.length ?? 0;
  const isExact = rows <= MOST_EXACT_ROWS;
  const count = isExact ? 2 ** rows : draws;
  const tables = columns.map(nibbleSums);
  const sums = new Float64Array(columns.length);
  const words = new Uint32Array(Math.ceil(rows / 32));
  for (let r = 0; r < count; r++) {
    if (isExact) words[0] = r;
    else drawBits(fold(key, r), words);
    for (let c = 0; c < tables.length; c++) sums[c] = signedSum(tables[c]!, words);
    visit(sums);
  }
  return { count, isExact };
}

/** For each four rows the sums under their 16 signs; bit k of a sign is the sign of row k. */
function nibbleSums(values: ArrayLike<number>): Float64Array {
  const table = new Float64Array(16 * Math.ceil(values.length / 4));
  for (let i = 0; i < table.length; i++) {
    const first = 4 * (i >>> 4);
    for (let k = 0; k < 4 && first + k < values.length; k++) {
      table[i]! += (i >>> k) & 1 ? values[first + k]! : -values[first + k]!;
    }
  }
  return table;
}

function signedSum(table: Float64Array, words: Uint32Array): number {
  let sum = 0;
  for (let at = 0, nibble = 0; at < table.length; at += 16, nibble++) {
    sum += table[at + ((words[nibble >>> 3]! >>> (4 * (nibble & 7))) & 15)]!;
  }
  return sum;
}
