// The common part of planar flows, for any activation: the constraint, the start as the identity, both directions.
import { drawNormal, fold, type Key } from '@flowvae/random';
import { rowsFor, type Tensor1D, type Tensor2D, type Tensor3D, tf } from '@flowvae/tensor';
import { offTape } from '../algebra/where-above.ts';
import type { InvertibleFlow, Params, ParamValues } from '../flow.ts';
import { cutIntoLayers } from '../layers/cutting.ts';
import { layersOf } from '../layers/slices.ts';
import { checkArguments, layeredName } from '../layers/stacked-parameters.ts';
import type { LayerActivation } from './rank-one/activation.ts';
import { rankOneLayers } from './rank-one/layers.ts';

/** Shapes of a planar flow's parameters: w, u [K, D] and b [K]. */
export type PlanarShapes = {
  readonly w: readonly [layers: number, dim: number];
  readonly u: readonly [layers: number, dim: number];
  readonly b: readonly [layers: number];
};

/** An increasing activation h with slopes from 0 to 1, and its functions that a planar flow needs. */
export interface PlanarActivation {
  readonly inLayers: LayerActivation;
  /** The whole forward pass at once, if the current engine can do it; otherwise undefined. */
  readonly chain?: (params: Params<PlanarShapes>, z: Tensor2D) => { y: Tensor2D; logDet: Tensor1D } | undefined;
  /** h for the inverse, where û·h(s) is the whole difference of two large numbers. */
  readonly apply: (s: Tensor2D) => Tensor2D;
  /**
   * log(1 + h'(s)·m) from h(s) [B, K], 1 + m = softplus(a) [B|1, K], and a itself, which is more accurate where
   * softplus(a) is 0 in float32.
   */
  readonly logSlope: (h: Tensor2D, onePlusM: Tensor2D, a: Tensor2D) => Tensor2D;
  /** The s with s − b + m·h(s) = c, [B, 1], from c, 1 + m = softplus(a), b and a itself. */
  readonly solve: (c: Tensor2D, onePlusM: Tensor2D, b: Tensor2D, a: Tensor2D) => Tensor2D;
  /** `solve` searches, so the inverse is slow. */
  readonly searches?: true;
}

/** The name of a planar flow: the function that makes it, and its formula. */
interface PlanarNames {
  readonly where: string;
  readonly formula: string;
}

/** wᵀu at which m(wᵀu) = softplus(wᵀu) − 1 is 0, so that the layer is the identity. */
const IDENTITY_DOT = Math.log(Math.E - 1);

/** The quantities that all layers share: they depend on no layer's result. */
interface Constrained {
  /** û [B|1, K, D] */
  readonly uHat: Tensor3D;
  /** softplus(wᵀu) = 1 + wᵀû [B|1, K] */
  readonly slope: Tensor2D;
  /** wᵀu [B|1, K] */
  readonly dot: Tensor2D;
}

/** Makes planar flows z' = z + û·h(wᵀz + b) with one activation, as a function of dimension and number of layers. */
export const planarFlow = (names: PlanarNames, activation: PlanarActivation) => {
  const applyLayers = rankOneLayers(activation.inLayers);
  const make = (dim: number, layers: number): InvertibleFlow<PlanarShapes> => {
    const paramShapes: PlanarShapes = { w: [layers, dim], u: [layers, dim], b: [layers] };
    return {
      name: layeredName(names.formula, layers),
      dim,
      paramShapes,
      takesGroups: true,
      ...(activation.searches ? { slow: ['inverse'] } : {}),
      initialParams: (key) => identityParams(fold(key, 'planar'), dim, layers),
      forward(params, z) {
        checkArguments(`${names.where}.forward`, 'z', z, { dim, paramShapes, params, inGroups: true });
        const atOnce = activation.chain?.(params, z);
        if (atOnce) return atOnce;
        const { w, u, b } = params;
        const { uHat, slope, dot } = constrain(w as Tensor3D, u as Tensor3D);
        const { y, h } = applyLayers({ w: w as Tensor3D, uHat, b: tf.expandDims(b, 2), z });
        const [slopes, dots] = [slope, dot].map((x) => rowsFor(names.where, x, z.shape[0])) as [Tensor2D, Tensor2D];
        return { y, logDet: tf.sum<Tensor1D>(activation.logSlope(h, slopes, dots), 1) };
      },
      inverse(params, y) {
        checkArguments(`${names.where}.inverse`, 'y', y, { dim, paramShapes, params });
        return pullBack(activation, params, y);
      },
      invariants: ({ w, u }) => ({ '1 + wᵀû': constrain(w as Tensor3D, u as Tensor3D).slope }),
      layers: (params) => cutIntoLayers(names.formula, layers, params, () => make(dim, 1)),
    };
  };
  return make;
};

/** w ~ N(0, I/D), u = log(e − 1)·w/‖w‖², b = 0: every layer is the identity, with its own direction. */
function identityParams(key: Key, dim: number, layers: number): ParamValues<PlanarShapes> {
  const w = drawNormal(key, layers * dim).map((element) => element / Math.sqrt(dim));
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

/**
 * Added to ‖w‖², so that û = u for w = 0; above 1e-10 it is below float32's precision. tfjs squares the divisor for the
 * gradient. Only at w = 0 does the slope softplus(0) differ from 1 + wᵀû = 1, so that the log-det is not the map's; no
 * start lies there.
 */
const TINY_SQUARE = 1e-18;

/** û and 1 + wᵀû of all layers at once (appendix A.1; the norm is squared). */
function constrain(w: Tensor3D, u: Tensor3D): Constrained {
  const dot: Tensor2D = tf.sum(tf.mul(w, u), 2);
  const slope = tf.softplus(dot);
  const correction = tf.div(tf.sub(tf.sub(slope, dot), 1), tf.add(tf.sum(tf.square(w), 2), TINY_SQUARE));
  return { uHat: tf.add(u, tf.mul(tf.expandDims(correction, 2), w)), slope, dot };
}

function pullBack(
  { inLayers, apply, solve, logSlope }: PlanarActivation,
  { w, u, b }: Params<PlanarShapes>,
  y: Tensor2D,
) {
  const { uHat, slope, dot } = constrain(w as Tensor3D, u as Tensor3D);
  const layers = w.shape[1]!;
  const [ws, uHats, bs, slopes, dots] = [w, uHat, b, slope, dot].map((x) => layersOf(x, layers));
  let z = y;
  const hs: Tensor2D[] = [];
  for (let k = layers - 1; k >= 0; k--) {
    const wk: Tensor2D = tf.squeeze(ws![k]!, [1]);
    const target: Tensor2D = tf.sum(tf.mul(wk, z), 1, true); // wᵀy [B, 1]
    const [slopeK, bK, dotK] = [slopes, bs, dots].map((parts) => parts![k]! as Tensor2D);
    const s = solve(target, slopeK!, bK!, dotK!);
    const h = apply(s);
    const shifted: Tensor2D = tf.sub(z, tf.mul(tf.squeeze(uHats![k]!, [1]), h));
    const stretch: Tensor2D = tf.mul(inLayers.derivative(h), tf.relu(tf.sub(slopeK!, 1)));
    z = settle(shifted, { w: wk, b: bK!, s, stretch });
    hs.unshift(h);
  }
  return { z, logDet: tf.neg(tf.sum<Tensor1D>(logSlope(tf.concat(hs, 1), slope, dot), 1)) as Tensor1D };
}

/** The root s of one layer's equation, and the quantities that correct its z. */
interface Settled {
  /** [B|1, D] */
  readonly w: Tensor2D;
  /** [B|1, 1] */
  readonly b: Tensor2D;
  /** wᵀz + b [B, 1], the root of the equation. */
  readonly s: Tensor2D;
  /** h'(s)·m for m > 0, else 0 [B, 1]. */
  readonly stretch: Tensor2D;
}

/**
 * Moves z along w towards wᵀz + b = s, by the share θ = h'm/(1 + h'm) of the distance.
 *
 * An error ds of the root is −h'm·ds in wᵀz for z = y − û·h(s), but ds in s − b: in this mean of both the errors
 * cancel, and the rounding of û·h, of size m, is divided by the layer's slope. Only rounding is corrected, so the
 * gradient is that of the uncorrected z.
 */
function settle(z: Tensor2D, { w, b, s, stretch }: Settled): Tensor2D {
  const repair = offTape(() => {
    const missing = tf.sub(tf.sub(s, b), tf.sum(tf.mul(w, z), 1, true));
    const share = tf.div(stretch, tf.add(stretch, 1));
    const squaredNorm = tf.add(tf.sum(tf.square(w), 1, true), TINY_SQUARE);
    return tf.mul(tf.div(tf.mul(share, missing), squaredNorm), w);
  });
  return tf.add(z, repair);
}
