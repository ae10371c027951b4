// The planar flow of Rezende & Mohamed, K layers at once, without cancellation in the log-det.
import { fold, normal } from '@flowvae/random';
import { checkParam, checkShape, type Tensor1D, type Tensor2D, type Tensor3D, tf } from '@flowvae/tensor';
import type { InvertibleFlow, Params, ParamValues } from './flow.ts';
import { cutIntoLayers } from './layer-cutting.ts';
import { layersOf } from './layer-slices.ts';
import { solvePlanar } from './planar-inverse.ts';
import { applyLayers } from './planar-layers.ts';

/** Shapes of a planar flow's parameters: w, u [K, D] and b [K]. */
export type PlanarShapes = {
  readonly w: readonly [layers: number, dim: number];
  readonly u: readonly [layers: number, dim: number];
  readonly b: readonly [layers: number];
};

/** wᵀu at which m(wᵀu) = softplus(wᵀu) − 1 is 0, so that the layer is the identity. */
const IDENTITY_DOT = Math.log(Math.E - 1);

/** What all layers need and none of them needs in turn. */
interface Constrained {
  /** û [B|1, K, D] */
  readonly uHat: Tensor3D;
  /** softplus(wᵀu) = 1 + wᵀû [B|1, K] */
  readonly slope: Tensor2D;
}

/**
 * Planar flow: z' = z + û·tanh(wᵀz + b), log|det J| = log(t² + (1 − t²)·softplus(wᵀu)), t = tanh(wᵀz + b).
 *
 * û = u + (m(wᵀu) − wᵀu)·w/‖w‖², m(a) = softplus(a) − 1, keeps wᵀû > −1, so the map is invertible. The usual form log|1 + (1 − t²)·m|
 * cancels for wᵀu ≪ 0; here every term is ≥ 0. Only wᵀz + b, its tanh and the shift are computed layer after layer.
 * Shapes: z [B, D]; w, u [B|1, K, D]; b [B|1, K] → y [B, D], logDet [B]. Units: nats.
 * @throws ShapeError where z or a parameter has another shape.
 * @see Rezende & Mohamed 2015, arXiv:1505.05770, eqs. 10-12 and appendix A.1
 */
export function planar(dim: number, layers = 1): InvertibleFlow<PlanarShapes> {
  const paramShapes: PlanarShapes = { w: [layers, dim], u: [layers, dim], b: [layers] };
  const check = (where: string, name: string, params: Params<PlanarShapes>, z: Tensor2D) => {
    const { batch } = checkShape(where, name, z, ['batch', dim]);
    for (const param of ['w', 'u', 'b'] as const) checkParam(where, param, params[param], paramShapes[param], batch!);
  };
  return {
    name: layers === 1 ? 'planar' : `planar*${layers}`,
    dim,
    paramShapes,
    initialParams: (key) => identityParams(fold(key, 'planar'), dim, layers),
    forward(params, z) {
      check('planar.forward', 'z', params, z);
      return pushThrough(params, z);
    },
    inverse(params, y) {
      check('planar.inverse', 'y', params, y);
      return pullBack(params, y, layers);
    },
    invariants: ({ w, u }) => ({ '1 + wᵀû': constrain(w as Tensor3D, u as Tensor3D).slope }),
    layers: (params) => cutIntoLayers('planar', layers, params, planar(dim)),
  };
}

/** w ~ N(0, I/D), u = log(e − 1)·w/‖w‖², b = 0: every layer is the identity, in a direction of its own. */
function identityParams(key: Parameters<typeof normal>[0], dim: number, layers: number): ParamValues<PlanarShapes> {
  const w = normal(key, layers * dim).map((element) => element / Math.sqrt(dim));
  const u = new Float32Array(layers * dim);
  for (let k = 0; k < layers; k++) {
    const row = w.subarray(k * dim, (k + 1) * dim);
    if (row.every((element) => element === 0)) row[0] = 1; // a direction has to exist
    const squaredNorm = row.reduce((sum, element) => sum + element * element, 0);
    row.forEach((element, d) => {
      u[k * dim + d] = (IDENTITY_DOT * element) / squaredNorm;
    });
  }
  return { w, u, b: new Float32Array(layers) };
}

/** û and 1 + wᵀû of all layers at once (appendix A.1; the norm is squared). */
function constrain(w: Tensor3D, u: Tensor3D): Constrained {
  const dot: Tensor2D = tf.sum(tf.mul(w, u), 2);
  const slope = tf.softplus(dot);
  const correction = tf.div(tf.sub(tf.sub(slope, dot), 1), tf.sum(tf.square(w), 2));
  return { uHat: tf.add(u, tf.mul(tf.expandDims(correction, 2), w)), slope };
}

function pushThrough({ w, u, b }: Params<PlanarShapes>, z: Tensor2D) {
  const { uHat, slope } = constrain(w as Tensor3D, u as Tensor3D);
  const { y, t } = applyLayers({ w: w as Tensor3D, uHat, b: tf.expandDims(b, 2), z });
  return { y, logDet: logDetOf(t, slope) };
}

function pullBack({ w, u, b }: Params<PlanarShapes>, y: Tensor2D, layers: number) {
  const { uHat, slope } = constrain(w as Tensor3D, u as Tensor3D);
  const ws = layersOf(w, layers);
  const uHats = layersOf(uHat, layers);
  const bs = layersOf(b, layers);
  const slopes = layersOf(slope, layers);
  let z = y;
  const ts: Tensor2D[] = [];
  for (let k = layers - 1; k >= 0; k--) {
    const wk: Tensor2D = tf.squeeze(ws[k]!, [1]);
    const target: Tensor2D = tf.sum(tf.mul(wk, z), 1, true); // wᵀy [B, 1]
    const t = tf.tanh(solvePlanar(target, slopes[k]! as Tensor2D, bs[k]! as Tensor2D));
    z = tf.sub(z, tf.mul(tf.squeeze(uHats[k]!, [1]), t));
    ts.unshift(t);
  }
  return { z, logDet: tf.neg(logDetOf(tf.concat(ts, 1), slope)) as Tensor1D };
}

/** Σ over layers of log(t² + (1 − t²)·softplus(wᵀu)): no term is negative, so nothing cancels. */
function logDetOf(t: Tensor2D, slope: Tensor2D): Tensor1D {
  const squared = tf.square(t);
  return tf.sum(tf.log(tf.add(squared, tf.mul(tf.sub(1, squared), slope))), 1);
}
