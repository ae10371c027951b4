// The two directions in which posterior means vary most.
import { EigenvalueDecomposition, Matrix } from 'ml-matrix';

/** The plane of two directions. */
export interface PrincipalPlane {
  /** [n, 2], row-major: coordinates along the first and the second direction, from the mean. */
  readonly points: Float32Array;
  /** Shares of the whole variance. */
  readonly shares: readonly [first: number, second: number];
}

/**
 * Projects points [n, D], row-major, on the eigenvectors of their covariance with the two largest eigenvalues.
 *
 * Signs are fixed: the largest entry of a direction is positive.
 */
export function principalPlane(values: Float32Array, dim: number): PrincipalPlane {
  const count = values.length / dim;
  const mean = Float64Array.from({ length: dim }, (_, d) => {
    let sum = 0;
    for (let i = 0; i < count; i++) sum += values[i * dim + d]!;
    return sum / count;
  });
  const { realEigenvalues, eigenvectorMatrix } = new EigenvalueDecomposition(covarianceOf(values, mean, count), {
    assumeSymmetric: true,
  });
  const order = [...realEigenvalues.keys()].toSorted((a, b) => realEigenvalues[b]! - realEigenvalues[a]!);
  const axes = order.slice(0, 2).map((k) => signed(Float64Array.from(eigenvectorMatrix.getColumn(k))));
  const points = Float32Array.from({ length: 2 * count }, (_, at) => {
    const [row, axis] = [Math.floor(at / 2), axes[at % 2]!];
    return axis.reduce((sum, weight, d) => sum + weight * (values[row * dim + d]! - mean[d]!), 0);
  });
  const total = realEigenvalues.reduce((sum, value) => sum + value, 0);
  const share = (k: number) => (total > 0 ? realEigenvalues[k]! / total : 0);
  return { points, shares: [share(order[0]!), share(order[1]!)] };
}

function covarianceOf(values: Float32Array, mean: Float64Array, count: number): Matrix {
  const centred = new Matrix(
    Array.from({ length: count }, (_, i) => Array.from(mean, (centre, d) => values[i * mean.length + d]! - centre)),
  );
  return centred.transpose().mmul(centred).div(count);
}

function signed(axis: Float64Array): Float64Array {
  const largest = axis.reduce((best, value) => (Math.abs(value) > Math.abs(best) ? value : best), 0);
  return largest < 0 ? axis.map((value) => -value) : axis;
}
