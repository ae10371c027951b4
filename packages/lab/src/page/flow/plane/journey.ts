// The way of points through the layers of a flow, computed once; a picture between two layers interpolates.
import type { Flow, Layer, ParamShapes, Params, ParamValues } from '@flowvae/flows';
import { type Tensor2D, tf } from '@flowvae/tensor';

/** Points before the first layer and behind each. */
export interface Journey {
  readonly layers: number;
  /** Points [n, 2] behind k layers, k = 0 … layers. */
  readonly points: readonly Float32Array[];
  /** Σ log|det J| of the first k layers at each point [n], nats. */
  readonly logDets: readonly Float32Array[];
}

/** Values of parameters as tensors [1, …shape]; call it inside of tf.tidy. */
const paramsOf = (flow: Flow, values: ParamValues<ParamShapes>): Params<ParamShapes> =>
  Object.fromEntries(
    Object.entries(flow.paramShapes).map(([name, shape]) => [name, tf.tensor(values[name]!, [1, ...shape])]),
  );

/** The layers of a flow, one by one; call it inside of tf.tidy. */
export const layersOf = (flow: Flow, values: ParamValues<ParamShapes>): readonly Layer[] => {
  const params = paramsOf(flow, values);
  return flow.layers?.(params) ?? [{ name: flow.name, flow, params }];
};

/** Sends points [n, 2] through a flow, layer by layer. */
export function journey(flow: Flow, values: ParamValues<ParamShapes>, start: Float32Array): Journey {
  return tf.tidy(() => {
    const points = [start];
    const logDets = [new Float32Array(start.length / 2)];
    let z: Tensor2D = tf.tensor2d(start, [start.length / 2, 2]);
    for (const layer of layersOf(flow, values)) {
      const { y, logDet } = layer.flow.forward(layer.params, z);
      const [own, before] = [logDet.dataSync<'float32'>(), logDets.at(-1)!];
      points.push(y.dataSync<'float32'>().slice());
      logDets.push(before.map((sum, i) => sum + own[i]!));
      z = y;
    }
    return { layers: points.length - 1, points, logDets };
  });
}

/** The layers around a place of the slider: `before` whole layers, then a share of the next. */
function placeOf(at: number, layers: number): { readonly before: number; readonly share: number } {
  const before = Math.min(Math.floor(at), layers - 1);
  return { before, share: at - before };
}

/**
 * Values behind `at` layers, between two layers linear. Linear log-dets are not those of the linear points, so that
 * between two layers the two give a blend for the eye and no density.
 */
export function between(stages: readonly Float32Array[], at: number, out: Float32Array): Float32Array {
  const { before, share } = placeOf(at, stages.length - 1);
  const [from, to] = [stages[before]!, stages[before + 1]!];
  for (let i = 0; i < out.length; i++) out[i] = from[i]! + share * (to[i]! - from[i]!);
  return out;
}
