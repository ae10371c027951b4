// Kernels of our own (assembly/): one node each, which no runtime of ONNX knows. Only graphs that run here may hold them; see stages/.
import { PLANAR_CHAIN, PLANAR_CHAIN_GRADIENT, PLANAR_FACTS } from '@flowvae/tensor';
import type { Value } from '../graph/graph.ts';
import type { GraphBuilder } from '../graph/graph-builder.ts';
import { type Inputs, type Lowering, required } from './lowering.ts';

const all = (inputs: Inputs, names: readonly string[]) => names.map((name) => required(inputs, name));

/** A node with the sizes that the kernel takes its tensors for. */
function planarNode(
  builder: GraphBuilder,
  operator: string,
  inputs: readonly Value[],
  { w, z, shapes }: { readonly w: Value; readonly z: Value; readonly shapes: readonly (readonly number[])[] },
) {
  const [[rows, dim], [groups, layers]] = [z.shape, w.shape] as [number[], number[]];
  const attributes = { rows: rows!, layers: layers!, dim: dim!, shared: Number(groups === 1) };
  return builder.nodes(operator, inputs, shapes, { type: 'float32', domain: 'flowvae', attributes });
}

const planarChain: Lowering<unknown> = (builder, inputs) => {
  const [w, u, b, z] = all(inputs, ['w', 'u', 'b', 'z']) as [Value, Value, Value, Value];
  const [rows, layers] = [z.shape[0]!, w.shape[1]!];
  const shapes = [z.shape, [rows], [rows, layers], [w.shape[0]!, layers, PLANAR_FACTS]];
  return planarNode(builder, 'PlanarChain', [w, u, b, z], { w, z, shapes });
};

const planarChainGradient: Lowering<unknown> = (builder, inputs) => {
  const [w, u, z, ...rest] = all(inputs, ['w', 'u', 'z', 'h', 'facts', 'dy', 'dLogDet']) as [Value, Value, Value];
  const shapes = [w.shape, u.shape, w.shape.slice(0, 2), z.shape];
  return planarNode(builder, 'PlanarChainGradient', [w, u, z, ...rest], { w, z, shapes });
};

/** By the kernel's name in tfjs's registry. */
export const ownLowerings = {
  [PLANAR_CHAIN]: planarChain,
  [PLANAR_CHAIN_GRADIENT]: planarChainGradient,
} satisfies Readonly<Record<string, Lowering<never>>>;
