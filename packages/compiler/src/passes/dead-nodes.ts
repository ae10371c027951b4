// Drops nodes that no output needs: forward values for an unused gradient, and unused constants.
import type { Graph, Value } from '../graph/graph.ts';

export function removeDeadNodes(graph: Graph): Graph {
  const needed = new Set<Value>(graph.outputs.map(({ value }) => value));
  const nodes = graph.nodes
    .toReversed()
    .filter((node) => {
      if (!node.outputs.some((value) => needed.has(value))) return false;
      for (const value of node.inputs) needed.add(value);
      return true;
    })
    .toReversed();
  return { ...graph, nodes, constants: graph.constants.filter(({ value }) => needed.has(value)) };
}
