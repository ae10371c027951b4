// Variables whose values no longer change, as constants of the graph.
import type { ConstantData, Graph, Named } from './graph.ts';

/** The variables that a node or an output reads. */
export function readVariables({ variables, nodes, outputs }: Graph): readonly Named[] {
  const read = new Set([...nodes.flatMap(({ inputs }) => inputs), ...outputs.map(({ value }) => value)]);
  return variables.filter(({ value }) => read.has(value));
}

/**
 * The graph with the values of its variables built in; variables that it does not read are left out.
 *
 * @param values of {@link readVariables} by name; the arrays are not copied
 */
export function embedVariables(graph: Graph, values: Readonly<Record<string, ConstantData>>): Graph {
  const embedded = readVariables(graph).map(({ name, value }) => ({ value, data: values[name]! }));
  return { ...graph, variables: [], constants: [...graph.constants, ...embedded] };
}
