// Every result is a finite number, also for parameters and inputs far larger than training makes them.
import { type Key, fold as withPart } from '@flowvae/random';
import { type Tensor2D, tf } from '@flowvae/tensor';
import type { Flow, ParamShapes, Params } from '../flow.ts';
import { concatenated, drawParams, drawPoints, type Inputs } from './drawn-inputs.ts';
import { firstBroken } from './finite-layers.ts';
import { isNarrow, stacked } from './stacked-inputs.ts';
import { question, type Tally, tally } from './tally.ts';

/** Points are tried at these multiples of their usual size: at the origin, and the largest are of size 1e3. */
const SPREADS = [0, 1e-3, 0.03, 1, 30, 300];

const POINTS = 8;

/**
 * Names the layer that makes the first value that is not finite, in either direction or its gradients. All points share
 * the parameters of the first draw; in the others each point has its own.
 *
 * Tries points of all sizes at once, and those of all draws too unless the flow shares parameters; if a value is not
 * finite, each alone.
 */
export function finiteCheck(flow: Flow, scale: number, keys: readonly Key[]): Tally[] {
  const draws = keys.map((key, draw) => {
    const params = drawParams(flow, { scale, rows: draw === 0 ? 1 : POINTS }, key);
    const points = SPREADS.map((spread) => drawPoints(flow.dim, POINTS, withPart(key, String(spread)), spread));
    const alone = points.map((z) => ({ ...params, z }));
    return { alone, together: draw === 0 ? { ...params, z: concatenated(points) } : stacked(alone, flow.shared) };
  });
  const areSound = areFinite(
    flow,
    draws.map(({ together }) => together),
  );
  return draws.map(({ alone }, draw) =>
    tally(
      alone.map((inputs, i) => {
        const broken = areSound[draw] ? undefined : locate(flow, inputs);
        return question(broken !== undefined, `points of size ${SPREADS[i]}`, () => broken!);
      }),
    ),
  );
}

/**
 * Whether all results are finite, for each of several inputs. The first input is evaluated unchanged, with parameters
 * in one row; the others in one call, with a row for each point.
 */
function areFinite(flow: Flow, [first, ...others]: readonly Inputs[]): boolean[] {
  const isSound = (inputs: Inputs) => locate(flow, inputs) === undefined;
  if (!first) return [];
  if (others.length === 0 || flow.shared?.length || !isNarrow(first)) return [first, ...others].map(isSound);
  const stack = stacked(others);
  const areSound = isSound(stack);
  return [isSound(first), ...others.map((inputs) => areSound || isSound(inputs))];
}

function locate(flow: Flow, inputs: Inputs): string | undefined {
  const tensors = Object.entries(inputs).map(
    ([name, { values, shape }]) => [name, tf.tensor(values, [...shape])] as const,
  );
  const { z, ...params } = Object.fromEntries(tensors);
  try {
    return firstBroken(flow, params as Params<ParamShapes>, z as Tensor2D);
  } finally {
    tf.dispose(tensors.map(([, tensor]) => tensor));
  }
}
