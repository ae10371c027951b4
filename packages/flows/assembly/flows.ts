// All kernels of flows: kernels of one graph must come from one module.
export { planarChain, planarChainGradient } from './planar-chain';

/** The start of free memory: tables of the elementary functions lie before. */
export function heapBase(): usize {
  return __heap_base;
}
