// One draw of parameters with points, and what several checks ask about it, computed once.
import { fold, type Key } from '@flowvae/random';
import type { Flow } from '../flow.ts';
import { drawParams, drawPoints, evaluate, forwardOf, type Inputs, type ParamDraw } from './drawn-inputs.ts';
import { type Jacobian, jacobiansOf } from './jacobian.ts';

/** A flow with parameters at points. */
export interface Probe {
  readonly flow: Flow;
  readonly key: Key;
  readonly scale: number;
  /** `z` [B, D] and parameters [1, ...shape]. */
  readonly inputs: Inputs;
  /** The flow's own results, y [B, D] and logDet [B]. */
  readonly forward: () => { readonly y: Float32Array; readonly logDet: Float32Array };
  readonly jacobians: () => readonly Jacobian[];
}

/** Draws parameters and points. */
export function probe(flow: Flow, points: number, draw: ParamDraw, key: Key): Probe {
  const z = drawPoints(flow.dim, points, key);
  const inputs = { z, ...drawParams(flow, draw, key) };
  const forward = once(() => evaluate(forwardOf(flow), inputs) as { y: Float32Array; logDet: Float32Array });
  return {
    flow,
    key: fold(key, 'checks'),
    scale: draw.scale,
    inputs,
    forward,
    jacobians: once(() => jacobiansOf(flow, inputs)),
  };
}

function once<T>(compute: () => T): () => T {
  let value: { readonly of: T } | undefined;
  return () => {
    value ??= { of: compute() };
    return value.of;
  };
}
