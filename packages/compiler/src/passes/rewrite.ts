// The loop that all passes share: it visits nodes in order, with earlier replacements already applied to their inputs.
import type { Graph, GraphNode, Value } from '../graph/graph.ts';

/** From a graph to an equivalent one. */
export type Pass = (graph: Graph) => Graph;

/**
 * A rewrite's decision on a node: keep it, replace its results by existing values, or put another node in its place.
 */
export type Decision = { readonly keep: GraphNode } | { readonly replaceBy: readonly Value[] };

/** Rewrites a graph node by node. */
export function rewrite(graph: Graph, decide: (node: GraphNode) => Decision): Graph {
  const replaced = new Map<Value, Value>();
  const current = (value: Value) => replaced.get(value) ?? value;
  const nodes: GraphNode[] = [];
  for (const original of graph.nodes) {
    const decision = decide({ ...original, inputs: original.inputs.map(current) });
    if ('keep' in decision) nodes.push(decision.keep);
    else for (const [i, value] of original.outputs.entries()) replaced.set(value, decision.replaceBy[i]!);
  }
  const outputs = graph.outputs.map(({ name, value }) => ({ name, value: current(value) }));
  return { ...graph, nodes, outputs };
}
