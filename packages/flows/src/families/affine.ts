// The element-wise affine flow: a diagonal normal's own transformation.
import { type Tensor1D, tf } from '@flowvae/tensor';
import { sumOfLogScales } from '../algebra/log-scales.ts';
import type { InvertibleFlow } from '../flow.ts';
import { checkArguments } from '../layers/stacked-parameters.ts';

/** Shapes of an affine flow's parameters: log-scale and shift [D]. */
export type AffineShapes = { readonly logScale: readonly [dim: number]; readonly shift: readonly [dim: number] };

/**
 * Element-wise affine flow: z' = exp(logScale)·z + shift, log|det J| = Σ logScale: the linear baseline without
 * correlations.
 *
 * Shapes: z [B, D]; logScale, shift [B|1, D] → y [B, D], logDet [B]. Units: nats.
 * @throws ShapeError if z or a parameter has another shape.
 */
export function affine(dim: number): InvertibleFlow<AffineShapes> {
  const paramShapes: AffineShapes = { logScale: [dim], shift: [dim] };
  return {
    name: 'affine',
    dim,
    paramShapes,
    initialParams: () => ({ logScale: new Float32Array(dim), shift: new Float32Array(dim) }),
    forward(params, z) {
      checkArguments('affine.forward', 'z', z, { dim, paramShapes, params });
      const y = tf.add(tf.mul(z, tf.exp(params.logScale)), params.shift);
      return { y: y as typeof z, logDet: sumOfLogScales(params.logScale, z) };
    },
    inverse(params, y) {
      checkArguments('affine.inverse', 'y', y, { dim, paramShapes, params });
      const z = tf.mul(tf.sub(y, params.shift), tf.exp(tf.neg(params.logScale)));
      return { z: z as typeof y, logDet: tf.neg(sumOfLogScales(params.logScale, y)) as Tensor1D };
    },
  };
}
