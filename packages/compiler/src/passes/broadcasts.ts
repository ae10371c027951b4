// Lets element-wise operators broadcast by themselves: tfjs's gradients first spread a small tensor by multiplying it
// with ones.
import { type Constant, type Graph, type GraphNode, sameShape, type Value } from '../graph/graph.ts';
import { rewrite } from './rewrite.ts';

/** Operators that broadcast all their operands. */
const BROADCASTING = new Set([
  'Add',
  'Sub',
  'Mul',
  'Div',
  'Max',
  'Min',
  'Pow',
  'Where',
  'Greater',
  'GreaterOrEqual',
  'Less',
  'LessOrEqual',
  'Equal',
]);

/**
 * Replaces x·1 by x where the shape stays, and hands the unspread tensor to operators that spread it anyway.
 */
export function foldBroadcasts(graph: Graph): Graph {
  const ones = new Set(graph.constants.filter(isOnes).map(({ value }) => value));
  const small = new Map<Value, Value>();
  return rewrite(graph, (node) => {
    const spread = spreadOperand(node, ones);
    const [result] = node.outputs;
    if (spread && sameShape(spread.shape, result!.shape)) return { replaceBy: [spread] };
    if (spread) small.set(result!, small.get(spread) ?? spread);
    return { keep: BROADCASTING.has(node.operator) ? withSmallOperands(node, small) : node };
  });
}

const isOnes = ({ value, data }: Constant) =>
  value.type === 'float32' && data.every((element: number | bigint) => element === 1);

/** The tensor that a node only spreads, if that is what it does. */
function spreadOperand({ operator, inputs, outputs }: GraphNode, ones: ReadonlySet<Value>): Value | undefined {
  if (operator === 'Expand') return inputs[0];
  const onlySpreads = (x: Value) => x.shape.every((size, i) => size === 1 || size === outputs[0]!.shape[i]);
  if (operator === 'Tile' && onlySpreads(inputs[0]!)) return inputs[0]; // what tfjs makes of broadcastTo
  if (operator !== 'Mul') return undefined;
  const [a, b] = inputs;
  if (ones.has(b!)) return a;
  return ones.has(a!) ? b : undefined;
}

/**
 * Takes operands before they were spread, one after the other, as long as the others still give the result its shape.
 */
function withSmallOperands(node: GraphNode, small: ReadonlyMap<Value, Value>): GraphNode {
  const [result] = node.outputs;
  const inputs = [...node.inputs];
  inputs.forEach((value, i) => {
    const source = small.get(value);
    const others = inputs.filter((_, j) => j !== i);
    if (source && others.some((other) => sameShape(other.shape, result!.shape))) inputs[i] = source;
  });
  return { ...node, inputs };
}
