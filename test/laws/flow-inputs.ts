// Points and parameters at which laws look at a flow, drawn by key.
import { type Flow, type InvertibleFlow, isInvertible, type ParamShapes, type Params } from '@flowvae/flows';
import { drawNormal, fold, type Key, key } from '@flowvae/random';
import { type Tensor2D, tf } from '@flowvae/tensor';
import { type Inputs, type ShapedArray, shaped, type Tensors } from './evaluation.ts';

/** How many points and rows of parameters, and how large the parameters are. */
export interface Drawing {
  readonly batch?: number;
  /**
   * 1 where the batch shares the parameters; the batch size by default. Parameters that the flow itself calls shared
   * have one row.
   */
  readonly paramRows?: number;
  readonly scale: number;
  readonly seed?: Key;
}

const sizeOf = (shape: readonly number[]) => shape.reduce((a, b) => a * b, 1);

/** Inputs `z` [B, D] and every parameter [B or 1, ...shape] under its own name. */
export function drawInputs(flow: Flow, { batch = 6, paramRows = batch, scale, seed = key(1) }: Drawing): Inputs {
  const params = Object.entries(flow.paramShapes).map(([name, shape]) => {
    const full = [flow.shared?.includes(name) ? 1 : paramRows, ...shape];
    const values = drawNormal(fold(seed, 'param', name), sizeOf(full));
    return [
      name,
      shaped(
        values.map((value) => scale * value),
        full,
      ),
    ] as const;
  });
  return { z: shaped(drawNormal(fold(seed, 'z'), batch * flow.dim), [batch, flow.dim]), ...Object.fromEntries(params) };
}

/** A flow's forward map as a function of named tensors. */
export const forwardOf =
  (flow: Flow) =>
  ({ z, ...params }: Tensors) =>
    flow.forward(params as Params<ParamShapes>, z as Tensor2D) as { y: Tensor2D; logDet: Tensors[string] };

/** Both directions as a function of named tensors: forward at z, inverse at y. */
export const bothDirectionsOf =
  (flow: InvertibleFlow) =>
  ({ z, y, ...params }: Tensors) => {
    const there = flow.forward(params as Params<ParamShapes>, z as Tensor2D);
    const back = flow.inverse(params as Params<ParamShapes>, y as Tensor2D);
    return { y: there.y, logDet: there.logDet, inverse: back.z, inverseLogDet: back.logDet };
  };

/** The parameters alone. */
export function paramsOf({ z: _, ...params }: Inputs): Inputs {
  return params;
}

/** Row `row` of an array with a leading batch axis, as a batch of one; a shared row stays. */
export function rowOf({ shape, values }: ShapedArray, row: number): ShapedArray {
  const [rows, ...rest] = shape;
  const size = sizeOf(rest);
  const index = rows === 1 ? 0 : row;
  return shaped(values.subarray(index * size, (index + 1) * size), [1, ...rest]);
}

/** A shared row repeated for the whole batch. */
export function tiled({ shape, values }: ShapedArray, batch: number): ShapedArray {
  const [, ...rest] = shape;
  return shaped(Array.from({ length: batch }, () => Array.from(values)).flat(), [batch, ...rest]);
}

/** The flow with all parameters 0, which its gradients still reach: no direction, no distance. */
export function still<F extends Flow>(flow: F): F {
  const none = (params: Params<ParamShapes>): Params<ParamShapes> =>
    Object.fromEntries(Object.entries(params).map(([name, value]) => [name, tf.mul(value, 0)]));
  const { layers } = flow;
  return {
    ...flow,
    forward: (params, z) => flow.forward(none(params), z),
    ...(isInvertible(flow)
      ? { inverse: (params: Params<ParamShapes>, y: Tensor2D) => flow.inverse(none(params), y) }
      : {}),
    ...(layers ? { layers: (params: Params<ParamShapes>) => layers(none(params)) } : {}),
  };
}
