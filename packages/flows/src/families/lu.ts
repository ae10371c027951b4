// A linear flow by its LU decomposition: any mixing of the dimensions, with a determinant at no cost.
import { key as keyOf, drawPermutation as randomOrder } from '@flowvae/random';
import { ExpectationError, type Tensor1D, type Tensor3D, tf } from '@flowvae/tensor';
import { sumOfLogScales } from '../algebra/log-scales.ts';
import { reordering } from '../algebra/reorder.ts';
import { applyMatrix, solveUnitLower, solveUnitUpper, strictlyLower } from '../algebra/triangular.ts';
import type { InvertibleFlow } from '../flow.ts';
import { type LuShapes, luParameters } from '../frames/lu-parameters.ts';
import { checkArguments } from '../layers/stacked-parameters.ts';
import type { PermutationOptions } from './permutation.ts';

/**
 * LU-linear flow: z' = P·L·U·z, P a fixed random permutation, L = I + N, U = diag(exp(logScale))·(I + Mᵀ), N and M
 * strictly lower triangular; log|det J| = Σ logScale.
 *
 * It starts as the permutation. The inverse solves two triangular systems by substitution, so no matrix is inverted.
 * Shapes: z [B, D]; lower, upper [B|1, D(D−1)/2]; logScale [B|1, D] → y [B, D], logDet [B]. Units: nats.
 * @throws ShapeError if z or a parameter has another shape; ExpectationError for D = 1, where {@link affine} suffices
 * @see Kingma & Dhariwal 2018, arXiv:1807.03039, section 3.2, with a positive diagonal
 */
export function lu(dim: number, { key = keyOf(0) }: PermutationOptions = {}): InvertibleFlow<LuShapes> {
  if (dim < 2) {
    const remedy = "use 'affine', which is as much in one dimension";
    throw new ExpectationError({ where: 'lu: dim', expected: '2 or more', received: String(dim), remedy });
  }
  const start = luParameters(dim);
  const { paramShapes } = start;
  const { apply, undo } = reordering(randomOrder(key, dim));
  return {
    name: 'lu',
    dim,
    ...start,
    forward(params, z) {
      checkArguments('lu.forward', 'z', z, { dim, paramShapes, params });
      const [lower, upper] = [strictlyLower(params.lower, dim), strictlyLower(params.upper, dim)] as Tensor3D[];
      const scaled = tf.mul(tf.add(z, applyMatrix(upper!, z, true)), tf.exp(params.logScale)) as typeof z;
      const y = apply(tf.add(scaled, applyMatrix(lower!, scaled)));
      return { y, logDet: sumOfLogScales(params.logScale, z) };
    },
    inverse(params, y) {
      checkArguments('lu.inverse', 'y', y, { dim, paramShapes, params });
      const [lower, upper] = [strictlyLower(params.lower, dim), strictlyLower(params.upper, dim)] as Tensor3D[];
      const scaled = solveUnitLower(lower!, undo(y));
      const z = solveUnitUpper(upper!, tf.mul(scaled, tf.exp(tf.neg(params.logScale))) as typeof y);
      return { z, logDet: tf.neg(sumOfLogScales(params.logScale, y)) as Tensor1D };
    },
  };
}
