// Operators of ONNX alone, for runtimes without ONNX Runtime's own: a product that transposes becomes Transpose and MatMul.
import type { Graph, GraphNode, Value } from '../graph.ts';

/** Writes every transposing product as standard operators. */
export const portable = (graph: Graph): Graph => ({ ...graph, nodes: graph.nodes.flatMap(standardOperators) });

function standardOperators(node: GraphNode): GraphNode[] {
  if (node.operator !== 'FusedMatMul') return [node];
  const transpositions: GraphNode[] = [];
  const turned = (x: Value, isTransposed: unknown): Value => {
    if (!isTransposed) return x;
    const perm = x.shape.map((_, axis) => axis);
    perm.push(...perm.splice(-2).toReversed());
    const result = { shape: perm.map((axis) => x.shape[axis]!), type: x.type };
    const { origin } = node;
    transpositions.push({
      operator: 'Transpose',
      domain: '',
      inputs: [x],
      outputs: [result],
      attributes: { perm },
      origin,
    });
    return result;
  };
  const { transA, transB } = node.attributes;
  const inputs = [turned(node.inputs[0]!, transA), turned(node.inputs[1]!, transB)];
  return [...transpositions, { ...node, operator: 'MatMul', domain: '', inputs, attributes: {} }];
}
