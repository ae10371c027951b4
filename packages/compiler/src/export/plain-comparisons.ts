// Comparisons in the operators that every runtime has: Less, Equal, and the logic on their results.
import type { Graph, GraphNode, Value } from '../graph/graph.ts';
import { GraphBuilder } from '../graph/graph-builder.ts';

type Operands = readonly Value[];
/** Emits one operator on operands of one shape, up to broadcasting. */
type Emit = (operator: string, operands: Operands) => Value;

/** Comparisons composed of others, with equal results for every number, infinities and NaN included. */
const comparisons: Readonly<Record<string, (emit: Emit, operands: Operands) => readonly [string, Operands]>> = {
  Greater: (_, [a, b]) => ['Less', [b!, a!]],
  GreaterOrEqual: (emit, [a, b]) => ['Or', [emit('Less', [b!, a!]), emit('Equal', [a!, b!])]],
  LessOrEqual: (emit, operands) => ['Or', [emit('Less', operands), emit('Equal', operands)]],
  IsNaN: (emit, [x]) => ['Not', [emit('Equal', [x!, x!])]],
};

/** a > b as b < a; a ≥ b as b < a or a = b; a ≤ b as a < b or a = b; "x is NaN" as "x ≠ x". */
export const plainComparisons = (graph: Graph): Graph => ({ ...graph, nodes: graph.nodes.flatMap(plainComparison) });

function plainComparison(node: GraphNode): readonly GraphNode[] {
  const rule = comparisons[node.operator];
  if (!rule) return [node];
  const builder = new GraphBuilder();
  builder.origin = node.origin;
  const { shape, type } = node.outputs[0]!;
  const [operator, inputs] = rule((name, operands) => builder.node(name, operands, { shape, type }), node.inputs);
  return [...builder.graph([]).nodes, { ...node, operator, inputs }];
}
