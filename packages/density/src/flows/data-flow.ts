// Flows of densities: they may start from data.
import {
  actnorm,
  actnormParams,
  chain,
  type InvertibleFlow,
  invert,
  type ParamShapes,
  type ParamValues,
} from '@flowvae/flows';
import type { Key } from '@flowvae/random';
import type { Tensor2D } from '@flowvae/tensor';

/** A density's flow, from noise to points. */
export interface DataFlow extends InvertibleFlow {
  /** Initial parameters by points [n, D]; reads them, so it must not be part of a traced function. Absent: by none. */
  initialParamsFrom?(key: Key, points: Tensor2D): ParamValues<ParamShapes>;
}

/**
 * A flow of rows behind a shift and a scale of each column, which start at the mean and the deviation of data: y =
 * f(z)·deviation + mean.
 *
 * Shapes and errors are those of the flow and of `actnorm`.
 */
export function standardisedFlow(flow: InvertibleFlow): DataFlow {
  const whole = chain([flow, invert(actnorm(flow.dim))]);
  return {
    ...whole,
    name: flow.name,
    initialParamsFrom(key, points) {
      const ofColumns = Object.entries(actnormParams(points)).map(([name, values]) => [`1.${name}`, values]);
      return { ...whole.initialParams(key), ...Object.fromEntries(ofColumns) };
    },
  };
}
