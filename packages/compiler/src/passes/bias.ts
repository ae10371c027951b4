// Lets a Gemm add its bias itself: Gemm(a, b) + c becomes Gemm(a, b, c), which saves one pass over the result.
import type { Graph, GraphNode, Value } from '../graph/graph.ts';
import { rewrite } from './rewrite.ts';

export function fuseBias(graph: Graph): Graph {
  const uses = countUses(graph);
  const gemms = new Map<Value, GraphNode>();
  return rewrite(graph, (node) => {
    const [result] = node.outputs;
    if (node.operator === 'Gemm' && node.inputs.length === 2) gemms.set(result!, node);
    if (node.operator !== 'Add') return { keep: node };
    const [left, right] = node.inputs;
    const gemm = gemms.get(left!);
    const fits = gemm && uses.get(left!) === 1 && right!.shape.length === 1 && right!.shape[0] === left!.shape[1];
    if (!fits) return { keep: node };
    // The product without bias becomes dead; the bias exists before the addition, so the order of nodes still holds.
    return { keep: { ...gemm, inputs: [...gemm.inputs, right!], outputs: [result!] } };
  });
}

function countUses(graph: Graph): Map<Value, number> {
  const uses = new Map<Value, number>();
  const used = [...graph.nodes.flatMap(({ inputs }) => inputs), ...graph.outputs.map(({ value }) => value)];
  for (const value of used) uses.set(value, (uses.get(value) ?? 0) + 1);
  return uses;
}
