// Nothing turns into NaN or infinity for large parameters and far points, where the mathematics is finite.
import type { Flow, ParamShapes, Params } from '@flowvae/flows';
import { fold, key } from '@flowvae/random';
import type { Tensor2D } from '@flowvae/tensor';
import { type compiled, eager, type Inputs, shaped, type Tensors, withGradients } from './evaluation.ts';
import { weightedLoss } from './flow-gradient-laws.ts';
import { drawInputs } from './flow-inputs.ts';

const nonFinite = (what: string, arrays: Readonly<Record<string, Float32Array>>) =>
  Object.entries(arrays).flatMap(([name, values]) => {
    const bad = values.findIndex((value) => !Number.isFinite(value));
    return bad < 0 ? [] : [`${what}: ${name}[${bad}] is ${values[bad]}`];
  });

/** Standard normal points moved out to a distance. */
function farInputs(flow: Flow, scale: number, distance: number): Inputs {
  const inputs = drawInputs(flow, { scale, seed: fold(key(30), `${scale} ${distance}`) });
  const z = inputs.z!;
  return {
    ...inputs,
    z: shaped(
      z.values.map((value) => value * distance),
      z.shape,
    ),
  };
}

/** Where a flow is looked at. */
const everywhere = { scales: [0, 0.1, 1, 10], distances: [0, 1, 400] };

/** The place where most is at stake. */
export const farthest = { scales: [10], distances: [400] };

/**
 * Values, log-dets and gradients of both directions are finite at parameters of scale up to 10 and points up to 1e3.
 */
export async function gradientsStayFinite(
  flow: Flow,
  { scales, distances } = everywhere,
  run: typeof compiled | typeof eager = eager,
): Promise<string[]> {
  const directions: readonly Flow[] = 'inverse' in flow ? [flow, asInverse(flow as Flow & Inverse)] : [flow];
  const found: string[] = [];
  for (const [i, direction] of directions.entries()) {
    for (const scale of scales) {
      for (const distance of distances) {
        const where = `${i === 0 ? 'forward' : 'inverse'}, parameters of scale ${scale}, points at ${distance}`;
        found.push(
          ...nonFinite(where, await run(withGradients(weightedLoss(direction)), farInputs(flow, scale, distance))),
        );
      }
    }
  }
  return found;
}

interface Inverse {
  inverse(params: Params<ParamShapes>, y: Tensor2D): { z: Tensors[string]; logDet: Tensors[string] };
}

/** The inverse with the names of a forward map. */
const asInverse = (flow: Flow & Inverse): Flow => ({
  ...flow,
  forward(params, y) {
    const { z, logDet } = flow.inverse(params, y);
    return { y: z, logDet } as ReturnType<Flow['forward']>;
  },
});
