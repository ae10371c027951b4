// The planar chain and its gradient as kernels (assembly/planar-chain.ts): the descriptors by which an engine runs
// them.

import { declareKernels, type KernelDescriptor } from '@flowvae/tensor';
import { module } from './flow-module.ts';

/** Numbers of each layer that do not depend on z and that the backward pass needs. */
const FACTS = 5;

type Shapes = Parameters<KernelDescriptor['sizes']>[0];

/** Rows of z, layers K, dimension D, and whether all rows share their parameters. */
const sizes = ({ w, z }: Shapes): Readonly<Record<string, number>> => {
  const [[groups, layers], [rows, dim]] = [w, z] as unknown as [[number, number], [number, number]];
  return { rows, layers, dim, shared: Number(groups === 1) };
};

/**
 * K planar layers with tanh, one after the other: inputs w, u [R, K, D], b [R, K], z [B, D], where R is B or 1; outputs
 * y [B, D], logDet [B], and for the backward pass h [B, K] and facts [R, K, 5].
 */
export const planarChainKernel: KernelDescriptor = {
  name: 'PlanarChain',
  inputs: ['w', 'u', 'b', 'z'],
  sizes,
  outputs: ({ w, z }) => {
    const [[groups, layers], [rows]] = [w, z] as unknown as [[number, number], [number]];
    return [z!, [rows], [rows, layers], [groups, layers, FACTS]];
  },
  wasm: { module, export: 'planarChain' },
};

/** Its gradient: outputs dw, du, db, dz. */
export const planarChainGradientKernel: KernelDescriptor = {
  name: 'PlanarChainGradient',
  inputs: ['w', 'u', 'z', 'h', 'facts', 'dy', 'dLogDet'],
  sizes,
  outputs: ({ w, u, z }) => [w!, u!, w!.slice(0, 2), z!],
  scratchBytes: ({ layers, dim }) => 4 * layers! * dim!,
  wasm: { module, export: 'planarChainGradient' },
};

declareKernels(planarChainKernel, planarChainGradientKernel);
