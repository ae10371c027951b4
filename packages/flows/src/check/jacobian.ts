// The Jacobian of a flow by automatic differentiation in float32, with determinant, inverse and condition in float64.
import { ExpectationError, type Tensor, type Tensor2D, tf } from '@flowvae/tensor';
import type { Flow, ParamShapes, Params } from '../flow.ts';
import { gradientsOf } from './autodiff.ts';
import { type Inputs, repeatRows, type ShapedArray } from './drawn-inputs.ts';
import { EPSILON } from './rounding.ts';
import { evaluateEach, type RowMap } from './stacked-inputs.ts';

/** A Jacobian J [D, D] at one point. */
export interface Jacobian {
  /** log|det J|, float64 */
  readonly logAbsDet: number;
  /** If J is singular to float32: the largest possible log|det J|. */
  readonly largestLogDet?: number;
  readonly sign: number;
  /** J⁻¹, row-major, float64 */
  readonly inverse: Float64Array;
  /**
   * κ = Σ |J⁻¹_ji·J_ij|: a relative error ε in every element moves log|det J| by at most about κ·ε. ∞ for a singular J,
   * NaN for a J that is not finite.
   */
  readonly condition: number;
}

/**
 * ∂y_i/∂z_j at every point of each of several inputs: a point is repeated D times, once for each output.
 *
 * @param cotangents factors on each input's gradients during the computation, divided out in float64. With factor 1
 *   some products are exact and others round, so cancelling terms may be off in the same way at all neighbouring points
 */
export function jacobiansOf(flow: Flow, list: readonly Inputs[], cotangents = list.map(() => 1)): Jacobian[][] {
  const { dim, shared } = flow;
  const size = dim * dim;
  const map: RowMap = ({ z, cotangent, ...params }) => {
    const y = (x: Tensor) => flow.forward(params as Params<ParamShapes>, x as Tensor2D).y;
    const found = gradientsOf((x) => tf.sum(tf.mul(y(x!), cotangent!)), [z!]);
    if (!found) throw withoutJacobian(flow);
    return { jacobian: found[0]! };
  };
  const results = evaluateEach(
    map,
    list.map((inputs, i) => forEachOutput(inputs, dim, cotangents[i]!)),
    { shared },
  );
  return results.map(({ jacobian }, i) =>
    Array.from({ length: jacobian!.length / size }, (_, row) =>
      analyse(
        Float64Array.from(jacobian!.subarray(row * size, (row + 1) * size), (value) => value / cotangents[i]!),
        dim,
      ),
    ),
  );
}

const withoutJacobian = ({ name }: Flow) =>
  new ExpectationError({
    where: `checkFlow: ${name}.forward`,
    expected: 'y as operations on z that TensorFlow.js can differentiate',
    received: 'one without a gradient, or none that z enters',
    remedy: 'write it with other operations, or give it a gradient by tf.customGrad',
  });

function forEachOutput({ z, ...params }: Inputs, dim: number, size: number): Inputs {
  const [points] = z!.shape as [number];
  const oneHot = Float32Array.from({ length: points * dim * dim }, (_, i) =>
    Math.floor(i / dim) % dim === i % dim ? size : 0,
  );
  const repeated = (array: ShapedArray) => (array.shape[0] === 1 ? array : repeatRows(array, dim));
  const given = Object.fromEntries(Object.entries(params).map(([name, array]) => [name, repeated(array)]));
  return { ...given, z: repeatRows(z!, dim), cotangent: { values: oneHot, shape: [points * dim, dim] } };
}

/** Gauss-Jordan elimination with partial pivoting. */
function analyse(matrix: Float64Array, n: number): Jacobian {
  const rows = Array.from({ length: n }, (_, i) =>
    Float64Array.from({ length: 2 * n }, (__, j) => (j < n ? matrix[i * n + j]! : Number(j - n === i))),
  );
  let [logAbsDet, sign] = [0, 1];
  for (let k = 0; k < n; k++) {
    const pivot = largestBelow(rows, k);
    if (pivot !== k) sign = -sign;
    [rows[k], rows[pivot]] = [rows[pivot]!, rows[k]!];
    const top = rows[k]!;
    const divisor = top[k]!;
    if (divisor === 0) return singular(matrix, n);
    logAbsDet += Math.log(Math.abs(divisor));
    sign *= Math.sign(divisor);
    for (let j = k; j < 2 * n; j++) top[j]! /= divisor;
    for (const row of rows) {
      const factor = row === top ? 0 : row[k]!;
      if (factor !== 0) for (let j = k; j < 2 * n; j++) row[j]! -= factor * top[j]!;
    }
  }
  const inverse = Float64Array.from({ length: n * n }, (_, i) => rows[Math.floor(i / n)]![n + (i % n)]!);
  const condition = matrix.reduce(
    (sum, value, i) => sum + Math.abs(value * inverse[(i % n) * n + Math.floor(i / n)]!),
    0,
  );
  return { logAbsDet, sign, inverse, condition };
}

/** Possible error of J's elements, in units of ε, if J comes out singular: each is a sum of terms that may cancel. */
const CANCELLED = 100;

/**
 * A pivot is 0: J has no inverse; κ is ∞ for a finite J, NaN otherwise. An error in the elements of one row moves det J
 * by at most this error times the norms of the other rows (Hadamard). Cancelling terms of size 1 leave their rounding
 * even in rows that are small themselves.
 */
const singular = (matrix: Float64Array, n: number): Jacobian => ({
  logAbsDet: Number.NEGATIVE_INFINITY,
  largestLogDet: Array.from({ length: n }, (_, i) => Math.hypot(...matrix.subarray(i * n, (i + 1) * n))).reduce(
    (sum, norm) => sum + Math.log(Math.max(1, norm)),
    Math.log(n * CANCELLED * EPSILON),
  ),
  sign: 0,
  inverse: new Float64Array(n * n).fill(Number.POSITIVE_INFINITY),
  condition: matrix.every(Number.isFinite) ? Number.POSITIVE_INFINITY : Number.NaN,
});

function largestBelow(rows: readonly Float64Array[], k: number): number {
  let best = k;
  for (let i = k + 1; i < rows.length; i++) if (Math.abs(rows[i]![k]!) > Math.abs(rows[best]![k]!)) best = i;
  return best;
}
