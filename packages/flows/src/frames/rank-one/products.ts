// Layers that each move z along one direction, by the products of all directions: few kernels, for devices.
import { type Tensor3D, tf } from '@flowvae/tensor';
import type { LayerActivation } from './activation.ts';

/** Groups P of S rows: w, û [P|1, K, D], b [P|1, K, 1], z₀ [P, S, D]. */
interface GroupedInputs {
  readonly w: Tensor3D;
  readonly uHat: Tensor3D;
  readonly b: Tensor3D;
  readonly z: Tensor3D;
}

/** The results of all layers. */
interface LayerResults {
  /** z_K [P, S, D] */
  readonly z: Tensor3D;
  /** All h [P, S, K]. */
  readonly hs: Tensor3D;
}

/**
 * z_k = z_{k−1} + û_k·h_k, h_k = h(w_kᵀz_{k−1} + b_k), for k = 1 … K, without z_1 … z_{K−1}: w_kᵀz_{k−1} + b_k = w_kᵀz₀
 * + b_k + Σ_{j<k} (w_kᵀû_j)·h_j. The products w_kᵀû_j of all pairs are one kernel, and each layer takes four, on rows
 * of K numbers: the kernels of a step fall from thirteen to eight a layer, while the arithmetic of the chain grows from
 * K·D to K·(K + D) a row, and K²·D for the products of each group, a row where each has its own parameters.
 */
export function forwardByProducts(activation: LayerActivation, { w, uHat, b, z }: GroupedInputs): LayerResults {
  const layers = w.shape[1];
  // [P|1, j, k]: û_jᵀw_k for k > j
  const products: Tensor3D = tf.mul(tf.matMul(uHat, w, false, true), laterThan(layers));
  const later = tf.split(products, layers, 1) as Tensor3D[];
  let sums: Tensor3D = tf.add(tf.matMul(z, w, false, true), tf.reshape(b, [b.shape[0], 1, layers]));
  for (let k = 0; k < layers - 1; k++) {
    sums = tf.add(sums, tf.mul(activation.apply(column(sums, k)), later[k]!));
  }
  const hs = activation.apply(sums);
  return { z: tf.add(z, tf.matMul(hs, uHat)), hs };
}

/**
 * The gradients of {@link forwardByProducts} for w, û, b, z₀. With g_k = ∂/∂(w_kᵀz_{k−1} + b_k) = h'_k·(∂/∂h_k +
 * û_kᵀ∂/∂z_K + Σ_{i>k} (û_kᵀw_i)·g_i): ∂w_k = Σ_rows g_k·z_{k−1}, ∂û_k = Σ_rows h_k·∂/∂z_k, and neither needs a z or
 * ∂/∂z between the layers.
 *
 * @param dz ∂/∂z_K [P, S, D]
 * @param dhs ∂/∂h [P, S, K], by other ways than through z
 */
export function backwardByProducts(
  activation: LayerActivation,
  { w, uHat, z, hs }: Omit<GroupedInputs, 'b'> & Pick<LayerResults, 'hs'>,
  { dz, dhs }: { readonly dz: Tensor3D; readonly dhs: Tensor3D },
): readonly [dw: Tensor3D, dUHat: Tensor3D, db: Tensor3D, dz: Tensor3D] {
  const layers = w.shape[1];
  const earlierThan = tf.transpose(laterThan(layers), [0, 2, 1]);
  // [P|1, i, k]: w_iᵀû_k for k < i
  const products: Tensor3D = tf.mul(tf.matMul(w, uHat, false, true), earlierThan);
  const earlier = tf.split(products, layers, 1) as Tensor3D[];
  const slopes = activation.derivative(hs);
  let sums: Tensor3D = tf.add(dhs, tf.matMul(dz, uHat, false, true));
  for (let k = layers - 1; k > 0; k--) {
    sums = tf.add(sums, tf.mul(column(tf.mul(sums, slopes), k), earlier[k]!));
  }
  const gs: Tensor3D = tf.mul(sums, slopes);
  // Σ over the rows of a group of g_k·h_j for j < k, [P, K, K]: z_{k−1} and ∂/∂z_k hold these pairs
  const pairs: Tensor3D = tf.mul(tf.matMul(gs, hs, true), earlierThan);
  return [
    tf.add(tf.matMul(gs, z, true), tf.matMul(pairs, uHat)),
    tf.add(tf.matMul(hs, dz, true), tf.matMul(pairs, w, true)),
    tf.reshape(tf.sum(gs, 1), [gs.shape[0], layers, 1]),
    tf.add(dz, tf.matMul(gs, w)),
  ];
}

/** [1, K, K]: 1 at (j, k) for k > j, else 0. */
function laterThan(layers: number): Tensor3D {
  const ones = Float32Array.from({ length: layers ** 2 }, (_, at) => Number(at % layers > Math.floor(at / layers)));
  return tf.tensor(ones, [1, layers, layers]);
}

/** Column k of [P, S, K], as [P, S, 1]. */
const column = (x: Tensor3D, k: number): Tensor3D => tf.slice(x, [0, 0, k], [x.shape[0], x.shape[1], 1]);
