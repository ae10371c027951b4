// The sequential part of layers that each move z along one direction, with an explicit gradient.
import { prefersFewKernels, type Tensor, type Tensor2D, type Tensor3D, tf } from '@flowvae/tensor';
import type { LayerActivation } from './activation.ts';
import { backwardByProducts, forwardByProducts } from './products.ts';

/**
 * The inputs of the layers: w, û [B/S|1, K, D], b [B/S|1, K, 1], z₀ [B, D]; row i of w, û, b belongs to the i-th group
 * of S rows of z₀.
 */
interface LayerInputs {
  readonly w: Tensor3D;
  readonly uHat: Tensor3D;
  readonly b: Tensor3D;
  readonly z: Tensor2D;
}

type Layers = (inputs: LayerInputs) => { y: Tensor2D; h: Tensor2D };

/**
 * Makes the function that applies z_k = z_{k−1} + û_k·h_k, h_k = h(w_kᵀz_{k−1} + b_k), k = 1 … K, and returns z_K [B,
 * D] and all h [B, K].
 *
 * The reverse pass carries one vector, ∂/∂z, from the last layer to the first: g_s = h'_k·(∂/∂h_k + û_kᵀ∂/∂z), then
 * ∂/∂z ← ∂/∂z + g_s·w_k, on the forward pass's slices. The gradients of all w_k = g_s·z_{k−1}, û_k = h_k·∂/∂z and b_k =
 * g_s are formed afterwards, for all layers at once; the gradient of the loop itself would form them layer by layer.
 *
 * Inside, z is [P, S, D]: a row of w, û and b is broadcast over the S rows of its group, so the loop repeats none of
 * them.
 */
export function rankOneLayers(activation: LayerActivation): Layers {
  const [layerChain, layerProducts] = [chainOf(activation), productsOf(activation)];
  return ({ w, uHat, b, z }) => {
    const isCounted = w.shape[1] > 1 && prefersFewKernels();
    const packed = (isCounted ? layerProducts : layerChain)(w, uHat, b, z) as Tensor2D;
    const [y, h] = tf.split(packed, [z.shape[1], w.shape[1]], 1) as [Tensor2D, Tensor2D];
    return { y, h };
  };
}

type Inputs = readonly [w: Tensor3D, uHat: Tensor3D, b: Tensor3D, z0: Tensor2D];

/** The forward pass: the value, and from its gradient those of w, û, b and z₀; the former may still have P rows. */
type Pass = (
  inputs: Inputs,
  save: (tensors: Tensor[]) => void,
) => {
  readonly value: Tensor;
  readonly groups: number;
  gradients(dValue: Tensor2D, saved: readonly Tensor3D[]): readonly [Tensor3D, Tensor3D, Tensor3D, Tensor2D];
};

/** A custom gradient has one result: z_K and all h side by side, [B, D + K]. */
const withGradient = (pass: Pass) =>
  tf.customGrad((...args) => {
    const [w, uHat, b, z0, save] = args as unknown as [...Inputs, (tensors: Tensor[]) => void];
    const { value, groups, gradients } = pass([w, uHat, b, z0], save);
    const isShared = [w, uHat, b].map((x) => x.shape[0] === 1 && groups > 1);
    const gradFunc = (dValue: Tensor, saved: Tensor[]) => {
      const [dw, dUHat, db, dz] = gradients(dValue as Tensor2D, saved as Tensor3D[]);
      return [...[dw, dUHat, db].map((gradient, i) => (isShared[i] ? tf.sum(gradient, 0, true) : gradient)), dz];
    };
    return { value, gradFunc };
  });

/** Layer after layer. */
const chainOf = (activation: LayerActivation) =>
  withGradient(([w, uHat, b, z0], save) => {
    const groups = groupsOf([w, uHat, b], z0);
    const { z, hs, before } = forward(activation, w, uHat, b, tf.reshape(z0, [-1, groups.size, z0.shape[1]]));
    save([w, uHat, hs, before]);
    return {
      value: tf.concat([tf.reshape(z, z0.shape), layersLast(hs, groups)], 1),
      groups: z.shape[0],
      gradients(dPacked, saved) {
        const given = saved as [Tensor3D, Tensor3D, Tensor3D, Tensor3D];
        const [dz, ...ofParameters] = backward(activation, dPacked, given, groups);
        return [...(ofParameters as [Tensor3D, Tensor3D, Tensor3D]), dz as Tensor2D];
      },
    };
  });

/** The same by the products of all directions. */
const productsOf = (activation: LayerActivation) =>
  withGradient(([w, uHat, b, z0], save) => {
    const layers = w.shape[1];
    const size = z0.shape[0] / Math.max(w.shape[0], uHat.shape[0], b.shape[0]); // shared parameters are one group
    const grouped: Tensor3D = tf.reshape(z0, [-1, size, z0.shape[1]]);
    const { z, hs } = forwardByProducts(activation, { w, uHat, b, z: grouped });
    save([w, uHat, grouped, hs]);
    return {
      value: tf.concat([tf.reshape(z, z0.shape), tf.reshape(hs, [-1, layers])], 1),
      groups: grouped.shape[0],
      gradients(dPacked, saved) {
        const [w, uHat, z, hs] = saved as [Tensor3D, Tensor3D, Tensor3D, Tensor3D];
        const [dy, dh] = tf.split(dPacked, [z.shape[2], layers], 1) as [Tensor2D, Tensor2D];
        const given = { dz: tf.reshape(dy, z.shape) as Tensor3D, dhs: tf.reshape(dh, hs.shape) as Tensor3D };
        const [dw, dUHat, db, dz] = backwardByProducts(activation, { w, uHat, z, hs }, given);
        return [dw, dUHat, db, tf.reshape(dz, z0.shape)];
      },
    };
  });

/** K layers over groups of S rows. */
interface Groups {
  readonly size: number;
  readonly layers: number;
}

function groupsOf(params: readonly Tensor3D[], z0: Tensor2D): Groups {
  const rows = Math.max(...params.map(({ shape }) => shape[0]));
  return { size: rows === 1 ? 1 : z0.shape[0] / rows, layers: params[0]!.shape[1] };
}

/** [P, K·S, 1], the rows of a group side by side in each layer → [B, K]. */
function layersLast(x: Tensor3D, { size, layers }: Groups): Tensor2D {
  if (size === 1) return tf.squeeze(x, [2]);
  const grouped: Tensor3D = tf.reshape(x, [-1, layers, size]);
  return tf.reshape(tf.transpose(grouped, [0, 2, 1]), [-1, layers]);
}

/** [B, K] → [P, K·S, 1], its opposite. */
function layersFirst(x: Tensor2D, { size, layers }: Groups): Tensor3D {
  if (size === 1) return tf.expandDims(x, 2);
  return tf.reshape(tf.transpose(tf.reshape(x, [-1, size, layers]), [0, 2, 1]), [-1, layers * size, 1]);
}

/** Σ over the rows of each group: [P, K·S, D] → [P, K, D]. */
const overRows = (x: Tensor3D, { size, layers }: Groups): Tensor3D =>
  size === 1 ? x : tf.sum(tf.reshape(x, [x.shape[0], layers, size, x.shape[2]]), 2);

/** Layers stay slices [P, 1, D] of [P, K, D], so the loop reshapes nothing; z₀ [P, S, D]. */
function forward(activation: LayerActivation, w: Tensor3D, uHat: Tensor3D, b: Tensor3D, z0: Tensor3D) {
  const layers = w.shape[1];
  const [ws, uHats, bs] = [w, uHat, b].map((x) => tf.split(x, layers, 1)) as [Tensor3D[], Tensor3D[], Tensor3D[]];
  const before: Tensor3D[] = [];
  const hs: Tensor3D[] = [];
  let z = z0;
  for (let k = 0; k < layers; k++) {
    before.push(z);
    const h = activation.apply(tf.add(tf.sum(tf.mul(ws[k]!, z), 2, true), bs[k]!));
    hs.push(h);
    z = tf.add(z, tf.mul(uHats[k]!, h));
  }
  return { z, hs: tf.concat(hs, 1), before: tf.concat(before, 1) }; // [P, S, D], [P, K·S, 1], [P, K·S, D]
}

function backward(
  activation: LayerActivation,
  dPacked: Tensor2D,
  [w, uHat, hs, before]: [Tensor3D, Tensor3D, Tensor3D, Tensor3D],
  groups: Groups,
) {
  const { layers, size } = groups;
  const dim = w.shape[2];
  const [dy, dh] = tf.split(dPacked, [dim, layers], 1) as [Tensor2D, Tensor2D];
  const parts = [w, uHat, layersFirst(dh, groups), activation.derivative(hs)].map((x) => tf.split(x, layers, 1));
  const [ws, uHats, dhs, slopes] = parts as [Tensor3D[], Tensor3D[], Tensor3D[], Tensor3D[]];
  const dzs: Tensor3D[] = [];
  const dss: Tensor3D[] = [];
  let dz: Tensor3D = tf.reshape(dy, [-1, size, dim]);
  for (let k = layers - 1; k >= 0; k--) {
    dzs.unshift(dz);
    const ds: Tensor3D = tf.mul(tf.add(tf.sum(tf.mul(uHats[k]!, dz), 2, true), dhs[k]!), slopes[k]!);
    dss.unshift(ds);
    dz = tf.add(dz, tf.mul(ds, ws[k]!));
  }
  const ds = tf.concat(dss, 1); // [P, K·S, 1]
  const gradients = [tf.mul(ds, before), tf.mul(hs, tf.concat(dzs, 1)), ds].map((x) => overRows(x as Tensor3D, groups));
  return [tf.reshape(dz, [-1, dim]), ...gradients] as const;
}
