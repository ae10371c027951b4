// A planar layer written plainly, and the ways to write it wrongly that were seen in the wild: a law that lets one pass
// is no law.
import type { InvertibleFlow, Params, ParamValues, PlanarShapes } from '@flowvae/flows';
import { drawNormal, type Key } from '@flowvae/random';
import { checkParam, checkShape, type Tensor, type Tensor1D, type Tensor2D, tf } from '@flowvae/tensor';

/** One layer at one batch: w, u [B|1, D], b [B|1, 1]. */
interface Layer {
  readonly w: Tensor2D;
  readonly u: Tensor2D;
  readonly b: Tensor2D;
}

type SingleLayer = Params<PlanarShapes>;

/** The decisions that a planar layer consists of. */
interface Decisions {
  readonly softplus: (a: Tensor) => Tensor;
  /** û − u, [B|1, D] */
  readonly correction: (layer: Layer, dot: Tensor, softplus: Decisions['softplus']) => Tensor;
  /** [B, 1] each: t = tanh(wᵀz + b) at z, the same at y, and 1 + wᵀû. */
  readonly logDet: (t: Tensor, atY: Tensor, slope: Tensor) => Tensor;
  readonly identityDot: number;
  readonly prepare: (params: SingleLayer) => SingleLayer;
  readonly checked: boolean;
}

const rowDot = (a: Tensor, b: Tensor) => tf.sum(tf.mul(a, b), 1, true);
const toMinusOne: Decisions['correction'] = ({ w }, dot, softplus) =>
  tf.mul(tf.div(tf.sub(tf.sub(softplus(dot), dot), 1), rowDot(w, w)), w);
const stableLogDet: Decisions['logDet'] = (t, _, slope) =>
  tf.log(tf.add(tf.square(t), tf.mul(tf.sub(1, tf.square(t)), slope)));

const sound: Decisions = {
  softplus: tf.softplus,
  correction: toMinusOne,
  logDet: stableLogDet,
  identityDot: Math.log(Math.E - 1),
  prepare: (params) => params,
  checked: true,
};

/** A planar layer, with some decisions replaced. */
export function plainPlanar(dim: number, changed: Partial<Decisions> = {}): InvertibleFlow {
  const decide = { ...sound, ...changed };
  const paramShapes: PlanarShapes = { w: [1, dim], u: [1, dim], b: [1] };
  const check = (params: SingleLayer, z: Tensor2D) => {
    if (!decide.checked) return;
    const { batch } = checkShape('mutant.forward: z', z, ['batch', dim]);
    for (const name of ['w', 'u', 'b'] as const)
      checkParam(`mutant.forward: ${name}`, params[name], { shape: paramShapes[name], batch: batch! });
  };
  const constrained = (params: SingleLayer) => {
    const { w, u, b } = decide.prepare(params);
    const layer = { w: tf.reshape(w, [-1, dim]), u: tf.reshape(u, [-1, dim]), b } as Layer;
    const dot = rowDot(layer.w, layer.u);
    return {
      ...layer,
      uHat: tf.add(layer.u, decide.correction(layer, dot, decide.softplus)),
      slope: decide.softplus(dot),
    };
  };
  const flow: InvertibleFlow<PlanarShapes> = {
    name: 'mutant',
    dim,
    paramShapes,
    initialParams: (key) => identityParams(key, dim, decide.identityDot),
    forward(params, z) {
      check(params, z);
      const { w, b, uHat, slope } = constrained(params);
      const tanhAt = (point: Tensor) => tf.tanh(tf.add(rowDot(w, point), b));
      const t = tanhAt(z);
      const y: Tensor2D = tf.add(z, tf.mul(uHat, t));
      return { y, logDet: tf.squeeze(decide.logDet(t, tanhAt(y), slope), [1]) as Tensor1D };
    },
    inverse(params, y) {
      const { w, b, uHat, slope } = constrained(params);
      const target = rowDot(w, y);
      const m = tf.sub(slope, 1);
      let [low, high] = [tf.sub(target, tf.abs(m)), tf.add(target, tf.abs(m))];
      for (let i = 0; i < 40; i++) {
        const middle = tf.mul(tf.add(low, high), 0.5);
        const below = tf.less(tf.add(middle, tf.mul(m, tf.tanh(tf.add(middle, b)))), target);
        [low, high] = [tf.where(below, middle, low), tf.where(below, high, middle)];
      }
      const t = tf.tanh(tf.add(low, b));
      const logDet = tf.neg(tf.squeeze(decide.logDet(t, t, slope), [1]));
      return { z: tf.sub(y, tf.mul(uHat, t)) as Tensor2D, logDet: logDet as Tensor1D };
    },
  };
  return flow;
}

function identityParams(key: Key, dim: number, identityDot: number): ParamValues<PlanarShapes> {
  const w = drawNormal(key, dim).map((element) => element / Math.sqrt(dim));
  const squaredNorm = w.reduce((sum, element) => sum + element * element, 0);
  return { w, u: w.map((element) => (identityDot * element) / squaredNorm), b: new Float32Array(1) };
}

/** A flow with another forward map or inverse. */
export const replaced = (
  flow: InvertibleFlow,
  change: (flow: InvertibleFlow) => Partial<InvertibleFlow>,
): InvertibleFlow => ({
  ...flow,
  ...change(flow),
});

/** Decisions that break the constraint wᵀû > −1, or miss its value. */
export const constraintMutants: Readonly<Record<string, Partial<Decisions>>> = {
  '‖w‖ instead of ‖w‖²': {
    correction: (layer, dot, softplus) =>
      tf.mul(tf.div(tf.sub(tf.sub(softplus(dot), dot), 1), tf.norm(layer.w, 2, 1, true)), layer.w),
  },
  'no constraint': { correction: ({ u }) => tf.zerosLike(u) },
  'a constraint only where wᵀu < −1': {
    correction: (layer, dot, softplus) =>
      tf.where(tf.less(dot, -1), toMinusOne(layer, dot, softplus), tf.zerosLike(layer.u)),
  },
  'softplus without its tail': { softplus: (a) => tf.add(tf.relu(a), tf.log(tf.add(1, tf.exp(tf.neg(tf.abs(a)))))) },
};

/** Log-dets that are not the map's. */
export const logDetMutants: Readonly<Record<string, Partial<Decisions>>> = {
  'the wrong sign': { logDet: (t, atY, slope) => tf.neg(stableLogDet(t, atY, slope)) },
  'taken at the point after the layer': { logDet: (_, atY, slope) => stableLogDet(atY, atY, slope) },
  'left out': { logDet: (t) => tf.zerosLike(t) },
};

/** The form log|1 + (1 − t²)·wᵀû| as printed, which cancels in float32. */
export const cancellingLogDet: Partial<Decisions> = {
  logDet: (t, _, slope) => tf.log(tf.abs(tf.add(1, tf.mul(tf.sub(1, tf.square(t)), tf.sub(slope, 1))))),
};
