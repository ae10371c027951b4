// The plane in which codes are shown: two dimensions as they are, or the two principal components of more.
import { symmetricEigen } from './symmetric-eigen.ts';

/** A plane in the space of codes. */
export interface Plane {
  /** The point of the plane at (0, 0), [D]. */
  readonly centre: Float64Array;
  /** Two orthonormal directions, [D] each; the second is 0 for a single dimension. */
  readonly axes: readonly [Float64Array, Float64Array];
  /** Shares of the whole variance along the axes; absent for codes that are shown as they are. */
  readonly shares?: readonly [number, number];
}

/** The plane of codes [n, D], row-major. Signs are fixed: the largest entry of a direction is positive. */
export function planeOf(codes: Float32Array, dim: number): Plane {
  if (dim <= 2) return { centre: new Float64Array(dim), axes: [unit(dim, 0), unit(dim, 1)] };
  const centre = meanOf(codes, dim);
  const eigen = symmetricEigen(covarianceOf(codes, centre));
  const total = eigen.reduce((sum, { value }) => sum + Math.max(0, value), 0);
  const share = (k: number) => (total > 0 ? Math.max(0, eigen[k]!.value) / total : 0);
  return {
    centre,
    axes: [withPositiveLargest(eigen[0]!.vector), withPositiveLargest(eigen[1]!.vector)],
    shares: [share(0), share(1)],
  };
}

/** Coordinates of codes [n, D] in the plane, [n, 2]. */
export function toPlane({ centre, axes }: Plane, codes: Float32Array): Float32Array {
  const dim = centre.length;
  const points = new Float32Array((2 * codes.length) / dim);
  for (let i = 0; i < points.length; i++) {
    const [row, axis] = [Math.floor(i / 2) * dim, axes[i % 2]!];
    let sum = 0;
    for (let d = 0; d < dim; d++) sum += axis[d]! * (codes[row + d]! - centre[d]!);
    points[i] = sum;
  }
  return points;
}

/** The code of a place in the plane, [D]. */
export const fromPlane = ({ centre, axes }: Plane, [x, y]: readonly [number, number]): Float32Array =>
  Float32Array.from(centre, (value, d) => value + x * axes[0][d]! + y * axes[1][d]!);

const unit = (dim: number, at: number) => Float64Array.from({ length: dim }, (_, d) => Number(d === at));

function meanOf(codes: Float32Array, dim: number): Float64Array {
  const mean = new Float64Array(dim);
  for (let i = 0; i < codes.length; i++) mean[i % dim]! += codes[i]!;
  return mean.map((sum) => (sum * dim) / codes.length);
}

function covarianceOf(codes: Float32Array, mean: Float64Array): Float64Array[] {
  const dim = mean.length;
  const count = codes.length / dim;
  const sums = Array.from({ length: dim }, () => new Float64Array(dim));
  const centred = new Float64Array(dim);
  for (let row = 0; row < codes.length; row += dim) {
    for (let d = 0; d < dim; d++) centred[d] = codes[row + d]! - mean[d]!;
    for (let d = 0; d < dim; d++) for (let e = 0; e <= d; e++) sums[d]![e]! += centred[d]! * centred[e]!;
  }
  return sums.map((line, d) => line.map((_, e) => sums[Math.max(d, e)]![Math.min(d, e)]! / count));
}

function withPositiveLargest(axis: Float64Array): Float64Array {
  const largest = axis.reduce((best, value) => (Math.abs(value) > Math.abs(best) ? value : best), 0);
  return largest < 0 ? axis.map((value) => -value) : axis;
}

/** The variance of each dimension of codes [n, D]. */
export function variances(codes: Float32Array, dim: number): Float64Array {
  const mean = meanOf(codes, dim);
  const squares = new Float64Array(dim);
  for (let i = 0; i < codes.length; i++) squares[i % dim]! += (codes[i]! - mean[i % dim]!) ** 2;
  return squares.map((sum) => (sum * dim) / codes.length);
}
