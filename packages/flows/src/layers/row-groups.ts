// A flow at several draws for each row of its parameters.
import { repeatRows, type Tensor, type Tensor1D, type Tensor2D } from '@flowvae/tensor';
import type { Flow, InvertibleFlow, ParamShapes, Params } from '../flow.ts';

/**
 * `flow.forward` for z [B, D] with more rows than the parameters [B/S | 1, …]: row i of the parameters belongs to the
 * i-th group of S rows of z.
 *
 * The parameters are repeated unless the flow takes groups.
 */
export function forwardInGroups<S extends ParamShapes>(
  flow: Flow<S>,
  params: Params<S>,
  z: Tensor2D,
): { y: Tensor2D; logDet: Tensor1D } {
  return flow.forward(flow.takesGroups ? params : repeated(params, z.shape[0]), z);
}

/** `flow.inverse` likewise. */
export function inverseInGroups<S extends ParamShapes>(
  flow: InvertibleFlow<S>,
  params: Params<S>,
  y: Tensor2D,
): { z: Tensor2D; logDet: Tensor1D } {
  return flow.inverse(repeated(params, y.shape[0]), y);
}

/** Rows that do not form equal groups reach the flow's own check. */
function repeated<S extends ParamShapes>(params: Params<S>, rows: number): Params<S> {
  const fit = (param: Tensor) => {
    const given = param.shape[0]!;
    return given === 1 || rows % given !== 0 ? param : repeatRows(param, rows / given);
  };
  return Object.fromEntries(Object.entries(params).map(([name, param]) => [name, fit(param)])) as Params<S>;
}
