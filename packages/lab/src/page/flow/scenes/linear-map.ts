// A linear map of the plane by its columns, in plain numbers.
import type { Pair } from '../plane/planar-layer.ts';

/** The columns of A: the images of (1, 0) and (0, 1). */
export interface LinearMap {
  readonly first: Pair;
  readonly second: Pair;
}

export const determinant = ({ first, second }: LinearMap): number => first[0] * second[1] - first[1] * second[0];

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
