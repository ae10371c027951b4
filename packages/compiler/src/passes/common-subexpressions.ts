// Computes equal things once: gradients repeat much of the forward pass.
import type { Graph, Value } from '../graph/graph.ts';
import { rewrite } from './rewrite.ts';

export function shareCommonSubexpressions(graph: Graph): Graph {
  const numbers = new Map<Value, number>();
  const numberOf = (value: Value) => {
    if (!numbers.has(value)) numbers.set(value, numbers.size);
    return numbers.get(value)!;
  };
  const seen = new Map<string, readonly Value[]>();
  return rewrite(graph, (node) => {
    const key = JSON.stringify([
      node.domain,
      node.operator,
      node.inputs.map(numberOf),
      node.attributes,
      node.outputs.length,
    ]);
    const known = seen.get(key);
    if (known) return { replaceBy: known };
    seen.set(key, node.outputs);
    return { keep: node };
  });
}
