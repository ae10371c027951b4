// A flow applied one layer after the other: the terms of its log-det.
import type { LayerPart } from '@flowvae/distributions';
import type { Tensor2D } from '@flowvae/tensor';
import { type Flow, type ParamShapes, type Params, singleLayers } from '../flow.ts';

/** z [B, D] and parameters [B|1, ...shape] → y [B, D] and each layer's part. */
export function alongLayers<S extends ParamShapes>(
  flow: Flow<S>,
  params: Params<S>,
  z: Tensor2D,
): { readonly y: Tensor2D; readonly layers: readonly LayerPart[] } {
  let point = z;
  const layers = singleLayers(flow as Flow, params).map((layer): LayerPart => {
    const input = point;
    const { y, logDet } = layer.flow.forward(layer.params, input);
    point = y;
    return { name: layer.name, input, logDet, invariants: layer.flow.invariants?.(layer.params) ?? {} };
  });
  return { y: point, layers };
}
