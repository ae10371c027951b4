// One planar layer in plain numbers, for readings and handles.
import type { ParamShapes, ParamValues } from '@flowvae/flows';

export type Pair = readonly [number, number];

/** The free parameters of a planar layer on the plane. */
export interface PlanarLayer {
  readonly w: Pair;
  readonly u: Pair;
  readonly b: number;
}

/** A layer at a point. */
export interface PlanarReading {
  /** û = u + (m(wᵀu) − wᵀu)·w/‖w‖², m(a) = softplus(a) − 1. */
  readonly uHat: Pair;
  /** wᵀu and wᵀû. */
  readonly free: number;
  readonly constrained: number;
  /** wᵀz + b and its tanh. */
  readonly s: number;
  readonly t: number;
  readonly image: Pair;
  /** log|det J|, nats. */
  readonly logDet: number;
}

const dot = (a: Pair, b: Pair): number => a[0] * b[0] + a[1] * b[1];

const softplus = (x: number) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));

/** A layer's numbers at a point. */
export function readPlanar({ w, u, b }: PlanarLayer, z: Pair): PlanarReading {
  const free = dot(w, u);
  const constrained = softplus(free) - 1;
  const correction = (constrained - free) / (dot(w, w) + 1e-18);
  const uHat: Pair = [u[0] + correction * w[0], u[1] + correction * w[1]];
  const s = dot(w, z) + b;
  const t = Math.tanh(s);
  return {
    uHat,
    free,
    constrained,
    s,
    t,
    image: [z[0] + uHat[0] * t, z[1] + uHat[1] * t],
    logDet: Math.log(t * t + (1 - t * t) * softplus(free)),
  };
}

/** Whether the layer can be undone, in words. */
export function invertibilityWords({ free, constrained }: PlanarReading): string {
  const now = nowWords(softplus(free), constrained);
  return free > -1 ? now : `u itself would fold the plane (wᵀu ≤ −1). The layer uses û instead: ${now}`;
}

/** Below this wᵀû + 1 the number wᵀû reads −1.000. */
const HARDLY_ABOVE = 5e-4;

/** The words for û itself; above = wᵀû + 1. */
function nowWords(above: number, constrained: number): string {
  // softplus is 0 where its exponential is below the smallest number
  if (above === 0) return 'wᵀû is −1 to the last digit: here the layer cannot be undone.';
  const shown = above < HARDLY_ABOVE ? `−1 + ${above.toPrecision(1)}` : constrained.toFixed(3).replace('-', '−');
  return `wᵀû = ${shown} > −1: the layer can be undone.`;
}

/** The point of the line wᵀz + b = 0 that is nearest to a point. */
export function nearestOnLine({ w, b }: PlanarLayer, point: Pair): Pair {
  const scale = (dot(w, point) + b) / (dot(w, w) + 1e-9);
  return [point[0] - scale * w[0], point[1] - scale * w[1]];
}

/** Layer k of parameters w, u [K, 2] and b [K]. */
export const planarLayerOf = (values: ParamValues<ParamShapes>, k: number): PlanarLayer => ({
  w: [values.w![2 * k]!, values.w![2 * k + 1]!],
  u: [values.u![2 * k]!, values.u![2 * k + 1]!],
  b: values.b![k]!,
});

/** The same parameters with another layer k. */
export function withPlanarLayer(
  values: ParamValues<ParamShapes>,
  k: number,
  { w, u, b }: PlanarLayer,
): ParamValues<ParamShapes> {
  const changed = { w: values.w!.slice(), u: values.u!.slice(), b: values.b!.slice() };
  changed.w.set(w, 2 * k);
  changed.u.set(u, 2 * k);
  changed.b[k] = b;
  return changed;
}

/** Shortest w: a shorter one has no direction to see. */
const SHORTEST = 0.15;

/** A layer whose w goes from an anchor on its line to a tip; the line turns around the anchor. */
export function withTipOfW(layer: PlanarLayer, anchor: Pair, tip: Pair): PlanarLayer {
  const drawn: Pair = [tip[0] - anchor[0], tip[1] - anchor[1]];
  const length = Math.hypot(...drawn);
  const scale = length < SHORTEST ? SHORTEST / (length || 1) : 1;
  const w: Pair = length === 0 ? [SHORTEST, 0] : [drawn[0] * scale, drawn[1] * scale];
  return throughPoint({ ...layer, w }, anchor);
}

/** A layer whose line goes through a point. */
export const throughPoint = (layer: PlanarLayer, point: Pair): PlanarLayer => ({ ...layer, b: -dot(layer.w, point) });

/** A layer whose u goes from an anchor to a tip. */
export const withTipOfU = (layer: PlanarLayer, anchor: Pair, tip: Pair): PlanarLayer => ({
  ...layer,
  u: [tip[0] - anchor[0], tip[1] - anchor[1]],
});
