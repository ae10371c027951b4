// NICE with planar couplings: planar layers that preserve volume.
import { drawNormal, fold, type Key } from '@flowvae/random';
import { ExpectationError, type Tensor1D, type Tensor2D, type Tensor3D, tf } from '@flowvae/tensor';
import type { InvertibleFlow, Params, ParamValues } from '../flow.ts';
import { randomHalves } from '../frames/mixing.ts';
import { tanhOfLayers } from '../frames/rank-one/activation.ts';
import { rankOneLayers } from '../frames/rank-one/layers.ts';
import { cutIntoLayers } from '../layers/cutting.ts';
import { checkArguments, layeredName } from '../layers/stacked-parameters.ts';
import { once } from '../posterior/once.ts';

/** Shapes of the parameters: v [K, D] holds w on one half of the components and u on the other, b [K]. */
export type NicePlanarShapes = {
  readonly v: readonly [layers: number, dim: number];
  readonly b: readonly [layers: number];
};

const NAME = 'nice-planar';

const applyLayers = rankOneLayers(tanhOfLayers);

/**
 * NICE with a coupling of one tanh unit, whose weights are all parameters: z_B' = z_B + u·tanh(wᵀz_A + b), z_A' = z_A,
 * log|det J| = 0.
 *
 * It is the planar layer z' = z + u·tanh(wᵀz + b) with u ⟂ w by construction: w is on a half A of the components, u on
 * the other half B. Layers come in pairs, a fixed random half and then the other one, so that a pair moves every
 * component; the halves depend on D and the layer's place among the K only. A layer has D + 1 parameters, a planar one
 * 2D + 1, and unlike those of {@link nice} all of them may depend on the data point. The inverse is the same layers in
 * reverse order with −u; its rounding grows along the chain. It starts as the identity: u = 0, b = 0, w ~ N(0, 2/D).
 * Shapes: z [B, D]; v [B|1, K, D], b [B|1, K] → y [B, D], logDet [B]. Units: nats.
 * @throws ShapeError if z or a parameter has another shape; ExpectationError for D = 1
 * @see Rezende & Mohamed 2015, arXiv:1505.05770, eqs. 10 and 16-17
 */
export function nicePlanar(dim: number, layers = 1): InvertibleFlow<NicePlanarShapes> {
  if (dim < 2) {
    throw new ExpectationError({ where: NAME, expected: 'at least 2 components', received: String(dim) });
  }
  return withHalves(
    dim,
    once(() => randomHalves(dim, layers)),
    layers,
  );
}

/** @param halves masks [K, D], row-major: 1 on A and 0 on B */
function withHalves(dim: number, halves: () => Float32Array, layers: number): InvertibleFlow<NicePlanarShapes> {
  const paramShapes: NicePlanarShapes = { v: [layers, dim], b: [layers] };
  const partsOf = ({ v, b }: Params<NicePlanarShapes>) => {
    const w: Tensor3D = tf.mul(v as Tensor3D, tf.tensor3d(halves(), [1, layers, dim]));
    const u: Tensor3D = tf.sub(v as Tensor3D, w);
    return { w, u, b: tf.expandDims<Tensor3D>(b, 2) };
  };
  const volumeKept = (z: Tensor2D): Tensor1D => tf.zeros([z.shape[0]]);
  return {
    name: layeredName(NAME, layers),
    dim,
    paramShapes,
    takesGroups: true,
    initialParams: (key) => identityParams(fold(key, NAME), dim, halves()),
    forward(params, z) {
      checkArguments(`${NAME}.forward`, 'z', z, { dim, paramShapes, params, inGroups: true });
      const { w, u, b } = partsOf(params);
      return { y: applyLayers({ w, uHat: u, b, z }).y, logDet: volumeKept(z) };
    },
    inverse(params, y) {
      checkArguments(`${NAME}.inverse`, 'y', y, { dim, paramShapes, params });
      const { w, u, b } = partsOf(params);
      const [ws, us, bs] = [w, tf.neg(u), b].map((x) => tf.reverse(x, 1)) as [Tensor3D, Tensor3D, Tensor3D];
      return { z: applyLayers({ w: ws, uHat: us, b: bs, z: y }).y, logDet: volumeKept(y) };
    },
    layers: (params) =>
      cutIntoLayers(NAME, layers, params, (k) => withHalves(dim, () => halves().subarray(k * dim, (k + 1) * dim), 1)),
  };
}

/** A separate direction w for each layer, u = 0 and b = 0. */
function identityParams(key: Key, dim: number, halves: Float32Array): ParamValues<NicePlanarShapes> {
  const v = drawNormal(key, halves.length).map((element, i) => element * halves[i]! * Math.sqrt(2 / dim));
  return { v, b: new Float32Array(halves.length / dim) };
}
