// Householder flow: reflections, an orthogonal map that keeps volume.
import { drawNormal, fold } from '@flowvae/random';
import { type Tensor1D, type Tensor2D, type Tensor3D, tf } from '@flowvae/tensor';
import type { InvertibleFlow } from '../flow.ts';
import { reflect, reflections } from '../frames/reflections.ts';
import { cutIntoLayers } from '../layers/cutting.ts';
import { checkArguments, layeredName } from '../layers/stacked-parameters.ts';

/** Shapes of a Householder flow's parameters: the normals v [K, D] of its mirrors, of any length. */
export type HouseholderShapes = { readonly v: readonly [layers: number, dim: number] };

/**
 * Householder flow: K reflections z' = z − 2·v·(vᵀz)/‖v‖² one after the other; log-det exactly 0.
 *
 * v is divided by its largest element before it is squared, so neither tiny nor huge v lose their direction; v = 0
 * leaves z unchanged. The inverse applies the same reflections in reverse order. K ≥ D reflections can form any
 * orthogonal map with det (−1)^K. Shapes: z [B, D]; v [B|1, K, D] → y [B, D], logDet [B]. Units: nats.
 * @throws ShapeError if z or a parameter has another shape.
 * @see Tomczak & Welling 2016, arXiv:1611.09630, eq. 9
 */
export function householder(dim: number, layers = 1): InvertibleFlow<HouseholderShapes> {
  const paramShapes: HouseholderShapes = { v: [layers, dim] };
  const volumeKept = (z: Tensor2D): Tensor1D => tf.zeros([z.shape[0]]);
  return {
    name: layeredName('householder', layers),
    dim,
    paramShapes,
    start: 'volume',
    initialParams: (key) => ({ v: drawNormal(fold(key, 'householder'), layers * dim) }),
    forward(params, z) {
      checkArguments('householder.forward', 'z', z, { dim, paramShapes, params });
      return { y: reflect(reflections(params.v as Tensor3D), z), logDet: volumeKept(z) };
    },
    inverse(params, y) {
      checkArguments('householder.inverse', 'y', y, { dim, paramShapes, params });
      return { z: reflect(reflections(tf.reverse(params.v as Tensor3D, 1)), y), logDet: volumeKept(y) };
    },
    layers: (params) => cutIntoLayers('householder', layers, params, () => householder(dim)),
  };
}
