// Products in the form that every runtime knows: MatMul, after a Transpose if an operand is transposed.
import { type Graph, type GraphNode, producersOf, type Value } from '../graph/graph.ts';

/**
 * Writes FusedMatMul (ONNX Runtime's own) and Gemm without a third operand (optional in ONNX, required by some
 * runtimes) as MatMul.
 *
 * Every product gets its own Transpose: ONNX Runtime moves a Transpose into the product that reads it.
 */
export function plainProducts(graph: Graph): Graph {
  const producers = producersOf(graph);
  return { ...graph, nodes: graph.nodes.flatMap((node) => (isProduct(node) ? plainProduct(node, producers) : [node])) };
}

/** A Gemm that adds or scales stays unchanged. */
const isProduct = ({ operator, inputs, attributes }: GraphNode) =>
  operator === 'MatMul' ||
  operator === 'FusedMatMul' ||
  (operator === 'Gemm' && inputs.length === 2 && attributes.alpha === undefined);

function plainProduct(node: GraphNode, producers: ReadonlyMap<Value, GraphNode>): GraphNode[] {
  const { transA, transB } = node.attributes;
  const transpositions: GraphNode[] = [];
  const operand = (x: Value, isTransposed: unknown): Value => {
    const transposition = isTransposed ? transposing(x, node.origin) : ownCopy(producers.get(x));
    if (transposition === undefined) return x;
    transpositions.push(transposition);
    return transposition.outputs[0]!;
  };
  const inputs = [operand(node.inputs[0]!, transA), operand(node.inputs[1]!, transB)];
  return [...transpositions, { ...node, operator: 'MatMul', domain: '', inputs, attributes: {} }];
}

/** The transposition of the last two axes. */
function transposing(x: Value, origin: string): GraphNode {
  const perm = x.shape.map((_, axis) => axis);
  perm.push(...perm.splice(-2).toReversed());
  const outputs = [{ shape: perm.map((axis) => x.shape[axis]!), type: x.type }];
  return { operator: 'Transpose', domain: '', inputs: [x], outputs, attributes: { perm }, origin };
}

/** A Transpose again, for one product alone. */
function ownCopy(node: GraphNode | undefined): GraphNode | undefined {
  if (node?.operator !== 'Transpose') return undefined;
  return { ...node, outputs: node.outputs.map((value) => ({ ...value })) };
}
