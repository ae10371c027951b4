// One draw of parameters with points, and what several checks ask about it, computed once.
import { fold, type Key } from '@flowvae/random';
import type { Flow } from '../flow.ts';
import { drawParams, drawPoints, evaluate, forwardOf, type Inputs, type ParamDraw } from './drawn-inputs.ts';
import { type Jacobian, jacobiansOf } from './jacobian.ts';
import { COPIES, movedByRounding } from './rounding.ts';

/** A flow's own results, y [B, D] and logDet [B]. */
export interface ForwardResult {
  readonly y: Float32Array;
  readonly logDet: Float32Array;
}

/** A flow with parameters at points. */
export interface Probe {
  readonly flow: Flow;
  readonly key: Key;
  readonly scale: number;
  /** `z` [B, D] and parameters [1, ...shape]. */
  readonly inputs: Inputs;
  readonly forward: () => ForwardResult;
  /** `forward`, then the same at inputs moved by rounding. */
  readonly rounded: () => readonly ForwardResult[];
  readonly jacobians: () => readonly Jacobian[];
  /** `jacobians`, then the same at inputs moved by rounding. */
  readonly roundedJacobians: () => readonly (readonly Jacobian[])[];
}

/** Draws parameters and points. */
export function probe(flow: Flow, points: number, draw: ParamDraw, key: Key): Probe {
  const z = drawPoints(flow.dim, points, key);
  const inputs = { z, ...drawParams(flow, draw, key) };
  const forward = once(() => resultOf(flow, inputs));
  const jacobians = once(() => jacobiansOf(flow, inputs));
  const moved = once(() => Array.from({ length: COPIES }, (_, copy) => movedByRounding(inputs, fold(key, copy))));
  return {
    flow,
    key: fold(key, 'checks'),
    scale: draw.scale,
    inputs,
    forward,
    rounded: once(() => [forward(), ...moved().map((each) => resultOf(flow, each))]),
    jacobians,
    roundedJacobians: once(() => [jacobians(), ...moved().map((each) => jacobiansOf(flow, each))]),
  };
}

const resultOf = (flow: Flow, inputs: Inputs): ForwardResult => {
  const { y, logDet } = evaluate(forwardOf(flow), inputs);
  return { y: y!, logDet: logDet! };
};

function once<T>(compute: () => T): () => T {
  let value: { readonly of: T } | undefined;
  return () => {
    value ??= { of: compute() };
    return value.of;
  };
}
