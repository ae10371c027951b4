// The sequential part of a planar chain, with its gradient written out.
import { type Tensor, type Tensor2D, type Tensor3D, tf } from '@flowvae/tensor';

/** What the layers read: w, û [B|1, K, D], b [B|1, K, 1], z₀ [B, D]. */
export interface LayerInputs {
  readonly w: Tensor3D;
  readonly uHat: Tensor3D;
  readonly b: Tensor3D;
  readonly z: Tensor2D;
}

/**
 * Applies z_k = z_{k−1} + û_k·t_k, t_k = tanh(w_kᵀz_{k−1} + b_k), k = 1 … K, and returns z_K [B, D] and all t [B, K].
 *
 * The reverse pass carries one vector, ∂/∂z, from the last layer to the first:
 * g_s = (1 − t_k²)·∂/∂t_k + ((1 − t_k²)·û_k)ᵀ∂/∂z, the products with 1 − t_k² taken for all layers at once, then ∂/∂z ← ∂/∂z + g_s·w_k. The gradients of all w_k = g_s·z_{k−1}, û_k = t_k·∂/∂z and b_k = g_s are
 * formed afterwards, for all layers at once, which the gradient of the loop itself would not do.
 */
export function applyLayers({ w, uHat, b, z }: LayerInputs): { y: Tensor2D; t: Tensor2D } {
  const layers = w.shape[1];
  const packed = layerChain(w, uHat, b, z) as Tensor2D;
  const [y, t] = tf.split(packed, [z.shape[1], layers], 1) as [Tensor2D, Tensor2D];
  return { y, t };
}

/** A custom gradient has one result: z_K and all t side by side, [B, D + K]. */
const layerChain = tf.customGrad((...args) => {
  const [w, uHat, b, z0, save] = args as unknown as [
    Tensor3D,
    Tensor3D,
    Tensor3D,
    Tensor2D,
    (tensors: Tensor[]) => void,
  ];
  const { z, ts, before } = forward(w, uHat, b, z0);
  save([w, uHat, ts, before]);
  const value = tf.concat([tf.squeeze<Tensor2D>(z, [1]), tf.squeeze<Tensor2D>(ts, [2])], 1);
  const shared = { w: w.shape[0] !== z0.shape[0], uHat: uHat.shape[0] !== z0.shape[0], b: b.shape[0] !== z0.shape[0] };
  const gradFunc = (dPacked: Tensor, saved: Tensor[]) => {
    const [dw, dUHat, db, dz] = backward(dPacked as Tensor2D, saved as [Tensor3D, Tensor3D, Tensor3D, Tensor3D]);
    const own = (gradient: Tensor, isShared: boolean) => (isShared ? tf.sum(gradient, 0, true) : gradient);
    return [own(dw, shared.w), own(dUHat, shared.uHat), own(db, shared.b), dz];
  };
  return { value, gradFunc };
});

/** Layers stay slices [B, 1, D] of [B, K, D], so that nothing is reshaped inside the loop. */
function forward(w: Tensor3D, uHat: Tensor3D, b: Tensor3D, z0: Tensor2D) {
  const layers = w.shape[1];
  const [ws, uHats, bs] = [w, uHat, b].map((x) => tf.split(x, layers, 1)) as [Tensor3D[], Tensor3D[], Tensor3D[]];
  const before: Tensor3D[] = [];
  const ts: Tensor3D[] = [];
  let z: Tensor3D = tf.expandDims(z0, 1);
  for (let k = 0; k < layers; k++) {
    before.push(z);
    const t: Tensor3D = tf.tanh(tf.add(tf.sum(tf.mul(ws[k]!, z), 2, true), bs[k]!));
    ts.push(t);
    z = tf.add(z, tf.mul(uHats[k]!, t));
  }
  return { z, ts: tf.concat(ts, 1), before: tf.concat(before, 1) }; // [B, 1, D], [B, K, 1], [B, K, D]
}

function backward(dPacked: Tensor2D, [w, uHat, ts, before]: [Tensor3D, Tensor3D, Tensor3D, Tensor3D]) {
  const layers = w.shape[1];
  const dim = w.shape[2];
  const [dy, dt] = tf.split(tf.expandDims(dPacked, 2), [dim, layers], 1) as [Tensor3D, Tensor3D];
  const slopes = tf.sub(1, tf.square(ts));
  const sloped = [tf.mul(slopes, uHat), tf.mul(slopes, dt)];
  const [ws, uHats, dts] = [w, ...sloped].map((x) => tf.split(x, layers, 1)) as [Tensor3D[], Tensor3D[], Tensor3D[]];
  const dzs: Tensor3D[] = [];
  const dss: Tensor3D[] = [];
  let dz: Tensor3D = tf.reshape(dy, [dy.shape[0], 1, dim]);
  for (let k = layers - 1; k >= 0; k--) {
    dzs.unshift(dz);
    const ds: Tensor3D = tf.add(tf.sum(tf.mul(uHats[k]!, dz), 2, true), dts[k]!);
    dss.unshift(ds);
    dz = tf.add(dz, tf.mul(ds, ws[k]!));
  }
  const ds = tf.concat(dss, 1); // [B, K, 1]
  return [tf.mul(ds, before), tf.mul(ts, tf.concat(dzs, 1)), ds, tf.squeeze(dz, [1])] as const;
}
