// Chains of layers along one direction, and their gradients, as kernels (assembly/rank-one-chain.ts): the descriptors
// by which an engine runs them.
import { declareKernels, type KernelDescriptor } from '@flowvae/tensor';
import { module } from './flow-module.ts';

type Shapes = Parameters<KernelDescriptor['sizes']>[0];

/** A chain and its gradient. */
export interface ChainKernels {
  /** Inputs w, u [R, K, D], b [R, K], z [B, D], R = B or 1, and `leak` [1]; outputs y [B, D] and h [B, K]. */
  readonly chain: KernelDescriptor;
  /** Inputs w, u, z, h, leak, dy [B, D], dh [B, K]; outputs dw, du, db, dz. */
  readonly gradient: KernelDescriptor;
}

function chainKernels(name: string, isTanh: boolean): ChainKernels {
  /** Rows of z, layers K, dimension D, whether all rows share their parameters, and the function h. */
  const sizes = ({ w, z }: Shapes): Readonly<Record<string, number>> => {
    const [[groups, layers], [rows, dim]] = [w, z] as unknown as [[number, number], [number, number]];
    return { rows, layers, dim, shared: Number(groups === 1), isTanh: Number(isTanh) };
  };
  return {
    chain: {
      name: `${name}Chain`,
      inputs: ['w', 'u', 'b', 'z', 'leak'],
      sizes,
      outputs: ({ w, z }) => [z!, [z![0]!, w![1]!]],
      wasm: { module, export: 'rankOneChain' },
    },
    gradient: {
      name: `${name}ChainGradient`,
      inputs: ['w', 'u', 'z', 'h', 'leak', 'dy', 'dh'],
      sizes,
      outputs: ({ w, u, z }) => [w!, u!, w!.slice(0, 2), z!],
      scratchBytes: ({ layers, dim }) => 4 * layers! * dim!,
      wasm: { module, export: 'rankOneChainGradient' },
    },
  };
}

/** h = tanh. */
export const tanhChain: ChainKernels = chainKernels('Tanh', true);

/** h(s) = s for s > 0, λ·s else; the input `leak` is λ, and λ = 1 is the identity. */
export const leakyChain: ChainKernels = chainKernels('Leaky', false);

for (const { chain, gradient } of [tanhChain, leakyChain]) declareKernels(chain, gradient);
