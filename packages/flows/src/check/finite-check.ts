// Every result is a finite number, also for parameters and inputs far larger than training makes them.
import { type Key, fold as withPart } from '@flowvae/random';
import { type Tensor2D, tf } from '@flowvae/tensor';
import type { Flow, ParamShapes, Params } from '../flow.ts';
import { drawParams, drawPoints, type Inputs } from './drawn-inputs.ts';
import { firstBroken } from './finite-layers.ts';
import { question, type Tally, tally } from './tally.ts';

/** Points are tried at these multiples of their usual size; the largest are of size 1e3. */
const SPREADS = [1, 30, 300];

const POINTS = 8;

/** Names the layer that makes the first value, of either direction or its gradient, that is not finite. */
export function finiteCheck(flow: Flow, scale: number, key: Key): Tally {
  const params = drawParams(flow, { scale }, key);
  const comparisons = SPREADS.map((spread) => {
    const z = drawPoints(flow.dim, POINTS, withPart(key, spread), spread);
    const broken = locate(flow, { ...params, z });
    return question(broken !== undefined, `points of size ${spread}`, () => broken!);
  });
  return tally(comparisons);
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
