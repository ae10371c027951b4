// Adds nodes to a graph, and puts values in the place of others.
import type { Graph, Value } from '../graph/graph.ts';

/** The graph with other values in the place of some, wherever they are read. */
export function withValues(graph: Graph, replaced: ReadonlyMap<Value, Value>): Graph {
  const current = (value: Value) => replaced.get(value) ?? value;
  return {
    ...graph,
    nodes: graph.nodes.map((node) => ({ ...node, inputs: node.inputs.map(current) })),
    outputs: graph.outputs.map(({ name, value }) => ({ name, value: current(value) })),
  };
}

/** One graph after another: all inputs, variables, constants and nodes of both, and the outputs of the second. */
export const followedBy = (first: Graph, second: Graph): Graph => ({
  inputs: [...first.inputs, ...second.inputs],
  variables: [...first.variables, ...second.variables],
  constants: [...first.constants, ...second.constants],
  nodes: [...first.nodes, ...second.nodes],
  outputs: second.outputs,
});
