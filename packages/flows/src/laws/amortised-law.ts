// The law that parameters from an encoder give the numbers of free ones.
import { tf } from '@flowvae/tensor';
import { evaluate } from '../check/drawn-inputs.ts';
import type { Flow, ParamShapes, ParamValues } from '../flow.ts';
import { amortisedFlow, freeFlow, type ParameterSource } from '../posterior/parameter-source.ts';
import { directionsOf, inputsFor } from './computing-laws.ts';
import { differences } from './differences.ts';

/** Width of the encoder's features, and the number of points. */
const [CONTEXT, BATCH] = [3, 4];

/** Sums may run in another order. */
const TOLERANCE = 1e-5;

/**
 * Heads whose kernels are 0 give every point the same parameters, [B, …]: free parameters of these values, [1, …], lead
 * to the same results. A flow with a context has no free parameters, so nothing is compared.
 */
export function agreesWhenAmortised(flow: Flow): string[] {
  if (flow.contexts?.length) return [];
  const { z, ...params } = inputsFor(flow, { batch: BATCH, rows: 1 });
  const values = Object.fromEntries(Object.entries(params).map(([name, each]) => [name, each.values]));
  const free = freeFlow(flow, values as ParamValues<ParamShapes>);
  const amortised = amortisedFlow(flow, values as ParamValues<ParamShapes>, { contextWidth: CONTEXT });
  try {
    return Object.entries(directionsOf(flow)).flatMap(([direction, map]) => {
      const by = (source: ParameterSource<ParamShapes>) =>
        evaluate((points) => map({ ...points, ...source.at(tf.ones([BATCH, CONTEXT])) }), { z: z! });
      return differences(direction, by(amortised), { expected: by(free), tolerance: TOLERANCE });
    });
  } finally {
    tf.dispose([Object.values(free.variables), Object.values(amortised.variables)]);
  }
}
