// Nothing turns into NaN far away from where flows are trained: parameters of scale 10, points up to 1e3, both branches
// of every choice.
import { type Flow, isInvertible } from '@flowvae/flows';
import { drawNormal, drawUniform, fold, key } from '@flowvae/random';
import { eager, type Inputs, shaped, type Tensors, withGradients } from './evaluation.ts';
import { weightedLoss } from './flow-gradient-laws.ts';
import { drawInputs, forwardOf } from './flow-inputs.ts';

/**
 * Parameters of a scale; points of every size from 1e-3 to 1e3, the origin among them, and one where all parameters are
 * 0.
 */
function wideInputs(flow: Flow, scale: number): Inputs {
  const batch = 64;
  const { z, ...params } = drawInputs(flow, { batch, scale, seed: fold(key(50), flow.name) });
  const sizes = drawUniform(key(51), batch).map((value) => 10 ** (6 * value - 3));
  const points = drawNormal(key(52), z!.values.length).map((value, i) => {
    const row = Math.floor(i / flow.dim);
    return row === 0 ? 0 : Math.max(-1e3, Math.min(1e3, value * sizes[row]!));
  });
  return { z: shaped(points, z!.shape), ...params };
}

/** Values, log-dets and every gradient are finite; so is the inverse at the flow's own values where there is one. */
export function staysFinite(flow: Flow, scale: number): string[] {
  const inputs = wideInputs(flow, scale);
  const roundTrip = ({ z, ...params }: Tensors) => {
    const { y, logDet } = forwardOf(flow)({ z: z!, ...params });
    if (!isInvertible(flow)) return { y, logDet };
    const back = flow.inverse(params, y);
    return { y, logDet, z: back.z, inverseLogDet: back.logDet };
  };
  const results = { ...eager(roundTrip, inputs), ...eager(withGradients(weightedLoss(flow)), inputs) };
  return Object.entries(results).flatMap(([name, values]) => {
    const wrong = values.findIndex((value) => !Number.isFinite(value));
    return wrong < 0 ? [] : [`${name}[${wrong}] is ${values[wrong]}`];
  });
}
