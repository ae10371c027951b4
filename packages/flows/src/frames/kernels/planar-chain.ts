// A planar chain as one kernel, on engines that have it: the same function as tfjs's operations layer after layer, with
// its gradient.
import { callKernel, hasKernel, type Tensor, type Tensor1D, type Tensor2D, tf } from '@flowvae/tensor';
import type { Params } from '../../flow.ts';
import type { PlanarShapes } from '../planar-flow.ts';
import { planarChainGradientKernel, planarChainKernel } from './planar-chain-kernel.ts';

tf.registerGradient({
  kernelName: planarChainKernel.name,
  inputsToSave: ['w', 'u', 'z'],
  outputsToSave: [false, false, true, true],
  gradFunc: (dResults, saved) => {
    const [dy, dLogDet] = dResults as Tensor[];
    const [w, u, z, h, facts] = saved;
    const gradients = callKernel(planarChainGradientKernel.name, {
      ...{ w: w!, u: u!, z: z!, h: h!, facts: facts! },
      ...{ dy: dy!, dLogDet: dLogDet! },
    });
    return Object.fromEntries(['w', 'u', 'b', 'z'].map((name, i) => [name, () => gradients[i]!]));
  },
});

/**
 * The forward pass by the kernel. Undefined if the engine has no kernel, a row of parameters belongs to several rows of
 * z, a tensor is not float32, or the gradient's own gradient could be needed, which the kernel does not have.
 */
export function planarChain(
  { w, u, b }: Params<PlanarShapes>,
  z: Tensor2D,
): { y: Tensor2D; logDet: Tensor1D } | undefined {
  const groups = w.shape[0]!;
  const isFloat = [w, u, b, z].every(({ dtype }) => dtype === 'float32');
  const fits =
    isFloat && [w, u, b].every(({ shape }) => shape[0] === groups) && (groups === 1 || groups === z.shape[0]);
  if (!fits || tf.engine().state.gradientDepth > 1 || !hasKernel(planarChainKernel.name)) return undefined;
  const [y, logDet] = callKernel(planarChainKernel.name, { w, u, b, z });
  return { y: y as Tensor2D, logDet: logDet as Tensor1D };
}
