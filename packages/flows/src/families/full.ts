// The full-covariance linear flow.
import { ExpectationError, type Tensor1D, type Tensor3D, tf } from '@flowvae/tensor';
import { sumOfLogScales } from '../algebra/log-scales.ts';
import { applyMatrix, packedSize, solveUnitLower, strictlyLower } from '../algebra/triangular.ts';
import type { InvertibleFlow } from '../flow.ts';
import { checkArguments } from '../layers/stacked-parameters.ts';

/** Shapes of a full flow's parameters: the entries below the diagonal [D(D−1)/2], log-scale and shift [D]. */
export type FullShapes = {
  readonly lower: readonly [size: number];
  readonly logScale: readonly [dim: number];
  readonly shift: readonly [dim: number];
};

/**
 * Full-covariance flow: z' = L·z + shift, L = diag(exp(logScale))·(I + N), N strictly lower triangular; log|det J| = Σ
 * logScale.
 *
 * Any lower triangular L with a positive diagonal, so the push-forward of N(0, I) is any N(shift, L·Lᵀ): the linear
 * baseline. The inverse solves by substitution.
 * Shapes: z [B, D]; lower [B|1, D(D−1)/2]; logScale, shift [B|1, D] → y [B, D], logDet [B]. Units: nats.
 * @throws ShapeError if z or a parameter has another shape; ExpectationError for D = 1, where {@link affine} suffices
 */
export function full(dim: number): InvertibleFlow<FullShapes> {
  if (dim < 2) {
    const remedy = "use 'affine', which is the same in one dimension";
    throw new ExpectationError({ where: 'full: dim', expected: '2 or more', received: String(dim), remedy });
  }
  const paramShapes: FullShapes = { lower: [packedSize(dim)], logScale: [dim], shift: [dim] };
  return {
    name: 'full',
    dim,
    paramShapes,
    initialParams: () => ({
      lower: new Float32Array(packedSize(dim)),
      logScale: new Float32Array(dim),
      shift: new Float32Array(dim),
    }),
    forward(params, z) {
      checkArguments('full.forward', 'z', z, { dim, paramShapes, params });
      const mixed = tf.add(z, applyMatrix(strictlyLower(params.lower, dim) as Tensor3D, z));
      const y = tf.add(tf.mul(mixed, tf.exp(params.logScale)), params.shift);
      return { y: y as typeof z, logDet: sumOfLogScales(params.logScale, z) };
    },
    inverse(params, y) {
      checkArguments('full.inverse', 'y', y, { dim, paramShapes, params });
      const mixed = tf.mul(tf.sub(y, params.shift), tf.exp(tf.neg(params.logScale)));
      const z = solveUnitLower(strictlyLower(params.lower, dim) as Tensor3D, mixed as typeof y);
      return { z, logDet: tf.neg(sumOfLogScales(params.logScale, y)) as Tensor1D };
    },
  };
}
