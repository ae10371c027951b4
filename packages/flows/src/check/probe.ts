// Draws of parameters with points, and the results that several checks share: computed once, for all draws in few
// calls.
import { drawUniform, fold, type Key } from '@flowvae/random';
import { invert } from '../compose/invert.ts';
import { type Flow, isInvertible } from '../flow.ts';
import { once } from '../posterior/once.ts';
import { drawParams, drawPoints, forwardOf, type Inputs, type ParamDraw } from './drawn-inputs.ts';
import { type Jacobian, jacobiansOf } from './jacobian.ts';
import { COPIES, movedByRounding } from './rounding.ts';
import { evaluateEach } from './stacked-inputs.ts';

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
  /** The name of the points: `z`, or `y` if the flow is an inverse. */
  readonly pointName: string;
  /** `z` [B, D] and parameters [B | 1, ...shape]. */
  readonly inputs: Inputs;
  readonly forward: () => ForwardResult;
  /** `forward`, then the same at inputs moved by rounding. */
  readonly rounded: () => readonly ForwardResult[];
  readonly jacobians: () => readonly Jacobian[];
  /** `jacobians`, then the same at inputs moved by rounding, and by other roundings on the way back. */
  readonly roundedJacobians: () => readonly (readonly Jacobian[])[];
}

/** One draw of parameters. */
export interface Draw {
  readonly key: Key;
  readonly draw: ParamDraw;
}

/** Draws parameters and points. */
export function drawProbes(flow: Flow, points: number, draws: readonly Draw[]): Probe[] {
  const given = draws.map(({ draw, key }) => ({
    key,
    scale: draw.scale,
    inputs: { z: drawPoints(flow.dim, points, key), ...drawParams(flow, draw, key) },
  }));
  return probesAt(flow, given);
}

/** Probes for inputs that exist already. */
function probesAt(flow: Flow, given: readonly Pick<Probe, 'key' | 'scale' | 'inputs'>[], pointName = 'z'): Probe[] {
  const { shared } = flow;
  const plain = given.map(({ inputs }) => inputs);
  const forwards = once(() => resultsOf(flow, plain, { shared, keepsBroadcast: true }));
  const moved = once(() => given.map(({ inputs, key }) => copiesOf(inputs, key)));
  const copies = once(() => resultsOf(flow, moved().flat(), { shared }));
  const jacobians = once(() => jacobiansOf(flow, plain));
  return given.map(({ key, scale, inputs }, i) => ({
    flow,
    key: fold(key, 'checks'),
    scale,
    pointName,
    inputs,
    forward: () => forwards()[i]!,
    rounded: once(() => [forwards()[i]!, ...copies().slice(i * COPIES, (i + 1) * COPIES)]),
    jacobians: () => jacobians()[i]!,
    roundedJacobians: once(() => [jacobians()[i]!, ...jacobiansOf(flow, moved()[i]!, cotangentsOf(key))]),
  }));
}

/** The inverse at the y of the forward map; undefined if the flow has none. */
export function inverseProbes(probes: readonly Probe[]): Probe[] | undefined {
  const { flow } = probes[0]!;
  if (!isInvertible(flow)) return undefined;
  const given = probes.map(({ key, scale, inputs, forward }) => ({
    key: fold(key, 'inverse'),
    scale,
    inputs: { ...inputs, z: { shape: inputs.z!.shape, values: forward().y } },
  }));
  return probesAt(invert(flow), given, 'y');
}

/** An input's name in findings. */
export const inputName = ({ pointName }: Probe, name: string) => (name === 'z' ? pointName : name);

const copiesOf = (inputs: Inputs, key: Key) =>
  Array.from({ length: COPIES }, (_, copy) => movedByRounding(inputs, fold(key, copy)));

/** A number in 0.5 … 1 for each copy: float32 rounds its multiples differently than multiples of 1. */
const cotangentsOf = (key: Key) =>
  Array.from(drawUniform(fold(key, 'cotangent'), COPIES), (value) => Math.fround((1 + value) / 2));

const resultsOf = (flow: Flow, list: readonly Inputs[], stacking: Parameters<typeof evaluateEach>[2]) =>
  evaluateEach(forwardOf(flow), list, stacking) as unknown as ForwardResult[];
