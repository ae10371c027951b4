// A linear map of the plane by its columns, in plain numbers.
import type { Pair } from '../plane/planar-layer.ts';

/** The columns of A: the images of (1, 0) and (0, 1). */
export interface LinearMap {
  readonly first: Pair;
  readonly second: Pair;
}

/** det A; 0 where the difference of the two products is no more than their rounding. */
export function determinant({ first, second }: LinearMap): number {
  const [plus, minus] = [first[0] * second[1], first[1] * second[0]];
  const rounding = 2 * Number.EPSILON * (Math.abs(plus) + Math.abs(minus));
  return Math.abs(plus - minus) <= rounding ? 0 : plus - minus;
}

/** Below this |det A| the parallelogram looks flat. */
const FLAT = 0.02;

/** Whether a map of this determinant can be undone, in words. */
export function undoingWords(det: number): string {
  if (det === 0) return 'The square is flat: the map cannot be undone.';
  if (Math.abs(det) < FLAT) return 'The square is nearly flat: the map can be undone, but small errors grow large.';
  return det > 0
    ? 'The map keeps the turning direction, and can be undone.'
    : 'The map mirrors the plane (det < 0), and can be undone. The density takes |det A|.';
}

export const imageOf = ({ first, second }: LinearMap, [x, y]: Pair): Pair => [
  x * first[0] + y * second[0],
  x * first[1] + y * second[1],
];

/** The corners of the unit square, in turn. */
export const unitSquare: readonly Pair[] = [
  [0, 0],
  [1, 0],
  [1, 1],
  [0, 1],
];

/** Area of a polygon from its corners (the shoelace formula). */
export function areaOf(corners: readonly Pair[]): number {
  const twice = corners.reduce((sum, [x, y], i) => {
    const [nextX, nextY] = corners[(i + 1) % corners.length]!;
    return sum + x * nextY - nextX * y;
  }, 0);
  return Math.abs(twice) / 2;
}
