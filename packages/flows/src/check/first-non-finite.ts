// Which layer of a flow was the first to leave the finite numbers.
import { type Tensor, type Tensor2D, tf } from '@flowvae/tensor';
import { type Flow, type Layer, type ParamShapes, type Params, singleLayers } from '../flow.ts';

/** A tensor with a value that is not finite. */
export interface NonFiniteTensor {
  /** The tensor's layer, e.g. `planar[3]` or `1.planar[3]`, counted from 0; `input` for z itself. */
  readonly layer: string;
  /** `z`, a parameter's name, or the layer's result: `y` or `logDet`. */
  readonly tensor: string;
  /** The first row with such a value; 0 if the batch shares the parameter. */
  readonly row: number;
  /** The value: NaN or ±∞. */
  readonly value: number;
}

/**
 * Finds the first tensor that is not finite on the way through a flow: z, then layer by layer its parameters, y and
 * logDet.
 *
 * Runs the layers one by one, eagerly, and reads their values: use it after a failed step, not inside a step. Shapes: z
 * [B, D]; parameters [B|1, ...shape].
 * @returns undefined if every tensor is finite
 */
export function firstNonFinite<S extends ParamShapes>(
  flow: Flow<S>,
  params: Params<S>,
  z: Tensor2D,
): NonFiniteTensor | undefined {
  let found: NonFiniteTensor | undefined;
  tf.tidy(() => {
    found = culprit('input', { z }) ?? alongLayers(singleLayers(flow as Flow, params), z);
    found ??= culprit(flow.name, { ...flow.forward(params, z) }); // all layers at once may be computed in another way
  });
  return found;
}

function alongLayers(layers: readonly Layer[], z: Tensor2D): NonFiniteTensor | undefined {
  let point = z;
  for (const { name, flow, params } of layers) {
    const broken = culprit(name, params);
    if (broken) return broken;
    const { y, logDet } = flow.forward(params, point);
    const result = culprit(name, { y, logDet });
    if (result) return result;
    point = y;
  }
  return undefined;
}

function culprit(layer: string, tensors: Readonly<Record<string, Tensor>>): NonFiniteTensor | undefined {
  for (const [tensor, value] of Object.entries(tensors)) {
    const values = value.dataSync();
    const at = values.findIndex((element) => !Number.isFinite(element));
    if (at >= 0) return { layer, tensor, row: Math.floor(at / (values.length / value.shape[0]!)), value: values[at]! };
  }
  return undefined;
}
