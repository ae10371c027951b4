// Layers along one direction by a kernel, on engines that have it.
import { callKernel, hasKernel, type Tensor, type Tensor2D, type Tensor3D, tf } from '@flowvae/tensor';
import type { LayerActivation } from './activation.ts';

/** The chain of all layers and its gradients. */
interface KernelPass {
  /** z_K and all h side by side, [B, D + K]. */
  readonly value: Tensor2D;
  /** Rows R of the parameters. */
  readonly groups: number;
  /** For the way back. */
  readonly saved: readonly Tensor[];
  /** Of w, û [R, K, D], b [R, K, 1] and z₀ [B, D], from that of the value. */
  gradients(dValue: Tensor2D, saved: readonly Tensor[]): readonly [Tensor3D, Tensor3D, Tensor3D, Tensor2D];
}

/**
 * The pass by the kernel of an activation. Undefined if the engine has none, a row of parameters belongs to several
 * rows of z, a tensor is not float32, or the gradient's own gradient could be needed, which the kernel does not have.
 */
export function passByKernel(
  { kernels, leak = 1 }: LayerActivation,
  [w, uHat, b, z]: readonly [Tensor3D, Tensor3D, Tensor3D, Tensor2D],
): KernelPass | undefined {
  const groups = Math.max(w.shape[0], uHat.shape[0], b.shape[0]);
  const isFloat = [w, uHat, b, z].every(({ dtype }) => dtype === 'float32');
  const fits = isFloat && (groups === 1 || groups === z.shape[0]);
  if (!kernels || !fits || tf.engine().state.gradientDepth > 1 || !hasKernel(kernels.chain.name)) return undefined;
  const [ws, us, bs] = [w, uHat, b].map((x) => inRows(x, groups)) as [Tensor3D, Tensor3D, Tensor3D];
  const given = { w: ws, u: us, b: tf.squeeze(bs, [2]), z, leak: tf.tensor1d([leak]) };
  const [y, h] = callKernel(kernels.chain.name, given) as [Tensor2D, Tensor2D];
  return {
    value: tf.concat([y, h], 1),
    groups,
    saved: [ws, us, z, h],
    gradients(dValue, [w, u, z, h]) {
      const [dy, dh] = tf.split(dValue, [z!.shape[1]!, h!.shape[1]!], 1) as [Tensor2D, Tensor2D];
      const taken = { w: w!, u: u!, z: z!, h: h!, leak: tf.tensor1d([leak]), dy, dh };
      const [dw, du, db, dz] = callKernel(kernels.gradient.name, taken) as [Tensor3D, Tensor3D, Tensor2D, Tensor2D];
      return [dw, du, tf.expandDims(db, 2), dz];
    },
  };
}

/** Parameters that all rows share, repeated where others are not shared. */
const inRows = (x: Tensor3D, rows: number): Tensor3D => (x.shape[0] === rows ? x : tf.tile(x, [rows, 1, 1]));
