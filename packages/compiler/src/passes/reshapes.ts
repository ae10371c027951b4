// Removes the reshapes that tfjs wraps around every 2-D product, and identities, so that products take their operands
// directly.
import { type Graph, type GraphNode, sameShape, type Value } from '../graph/graph.ts';
import { type Decision, rewrite } from './rewrite.ts';

export function foldReshapes(graph: Graph): Graph {
  const source = new Map<Value, GraphNode>();
  const decide = (node: GraphNode): Decision => {
    const [operand] = node.inputs;
    if (node.operator === 'Identity') return { replaceBy: [operand!] };
    if (node.operator !== 'Reshape') return { keep: node };
    // A reshape of a reshape needs only the first one's operand.
    const origin = source.get(operand!)?.inputs[0] ?? operand!;
    if (sameShape(origin.shape, node.outputs[0]!.shape)) return { replaceBy: [origin] };
    const folded = { ...node, inputs: [origin, ...node.inputs.slice(1)] };
    source.set(node.outputs[0]!, folded);
    return { keep: folded };
  };
  return rewrite(graph, decide);
}
