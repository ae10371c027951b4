// Low-discrepancy points: the Sobol sequence with the direction numbers of Joe and Kuo.

/** For each dimension from the second: the primitive polynomial's inner coefficients a, and the first numbers m. */
const DIRECTIONS: readonly (readonly [a: number, m: readonly number[]])[] = [
  [0, [1]],
  [1, [1, 3]],
  [1, [1, 3, 1]],
  [2, [1, 1, 1]],
  [1, [1, 1, 3, 3]],
  [4, [1, 3, 5, 13]],
  [2, [1, 1, 5, 5, 17]],
  [4, [1, 1, 5, 5, 5]],
  [7, [1, 1, 7, 11, 19]],
  [11, [1, 1, 5, 1, 1]],
  [13, [1, 1, 1, 3, 11]],
  [14, [1, 3, 5, 5, 31]],
  [1, [1, 3, 3, 9, 7, 49]],
  [13, [1, 1, 1, 15, 21, 21]],
  [16, [1, 3, 1, 13, 27, 49]],
  [19, [1, 1, 1, 15, 7, 5]],
  [22, [1, 3, 1, 15, 13, 25]],
  [25, [1, 1, 5, 5, 19, 61]],
  [1, [1, 3, 7, 11, 23, 15, 103]],
  [4, [1, 3, 7, 13, 13, 15, 69]],
];

/** Dimensions that have direction numbers here. */
export const MOST_DIMENSIONS = DIRECTIONS.length + 1;

const BITS = 30;

/** v_1 … v_30 of a dimension, as whole numbers below 2^30. */
function directionsOf(dimension: number): number[] {
  if (dimension === 0) return Array.from({ length: BITS }, (_, i) => 2 ** (BITS - 1 - i));
  const [a, m] = DIRECTIONS[dimension - 1]!;
  const degree = m.length;
  const v = m.map((each, i) => each * 2 ** (BITS - 1 - i));
  for (let i = degree; i < BITS; i++) {
    let next = v[i - degree]! ^ (v[i - degree]! >> degree);
    for (let k = 1; k < degree; k++) if ((a >> (degree - 1 - k)) & 1) next ^= v[i - k]!;
    v.push(next);
  }
  return v;
}

/**
 * The first points of the Sobol sequence in the unit cube, in the order of Gray codes, the first one at the shift.
 *
 * @param dimensions from 1 to {@link MOST_DIMENSIONS}
 * @param shift a digital shift for each dimension, in [0, 1): every point's digits are added to its own without carry,
 * which keeps the sequence's evenness. Absent: none
 * @see Joe & Kuo, Constructing Sobol sequences with better two-dimensional projections (2008), new-joe-kuo-6
 */
export function sobolPoints(count: number, dimensions: number, shift?: ArrayLike<number>): number[][] {
  const directions = Array.from({ length: dimensions }, (_, d) => directionsOf(d));
  const shifts = directions.map((_, d) => Math.floor((shift?.[d] ?? 0) * 2 ** BITS));
  const at = new Array<number>(dimensions).fill(0);
  return Array.from({ length: count }, (_, i) => {
    if (i > 0) {
      const changed = trailingOnes(i - 1);
      for (let d = 0; d < dimensions; d++) at[d]! ^= directions[d]![changed]!;
    }
    return at.map((digits, d) => (digits ^ shifts[d]!) / 2 ** BITS);
  });
}

/** The number of ones at the end of a binary number. */
function trailingOnes(n: number): number {
  let count = 0;
  for (let rest = n; rest & 1; rest >>= 1) count++;
  return count;
}
