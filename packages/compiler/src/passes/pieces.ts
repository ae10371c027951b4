// Replaces pieces of a joined tensor by the parts themselves, and a tensor that is rejoined from its own pieces by the
// original.
import type { Constant, Graph, GraphNode, Value } from '../graph/graph.ts';
import { type Decision, rewrite } from './rewrite.ts';

/**
 * Split(Concat(parts)) is the parts if the cuts meet the joints; Concat(Split(x)) of all pieces in their order is x.
 */
export function foldPieces(graph: Graph): Graph {
  const known = new Map(graph.constants.map((constant) => [constant.value, constant]));
  const producers = new Map<Value, GraphNode>();
  return rewrite(graph, (node) => {
    for (const value of node.outputs) producers.set(value, node);
    const values = wholeAgain(node, producers) ?? partsAgain(node, producers) ?? partAgain(node, producers, known);
    return values ? { replaceBy: values } : ({ keep: node } satisfies Decision);
  });
}

type Producers = ReadonlyMap<Value, GraphNode>;

/** The tensor that a Concat rejoins. */
function wholeAgain({ operator, inputs, attributes }: GraphNode, producers: Producers): Value[] | undefined {
  const split = operator === 'Concat' ? producers.get(inputs[0]!) : undefined;
  const isWhole =
    split?.operator === 'Split' &&
    split.attributes.axis === attributes.axis &&
    split.outputs.length === inputs.length &&
    split.outputs.every((piece, i) => piece === inputs[i]);
  return isWhole ? [split.inputs[0]!] : undefined;
}

/** The parts of a Concat that a Split cuts at its joints, each piece one part. */
function partsAgain({ operator, inputs, outputs, attributes }: GraphNode, producers: Producers): Value[] | undefined {
  const joined = operator === 'Split' ? producers.get(inputs[0]!) : undefined;
  if (joined?.operator !== 'Concat' || joined.attributes.axis !== attributes.axis) return undefined;
  const axis = attributes.axis as number;
  const sizes = (values: readonly Value[]) => values.map(({ shape }) => shape[axis]).join();
  return sizes(joined.inputs) === sizes(outputs) ? [...joined.inputs] : undefined;
}

/** The part of a Concat that a Slice cuts out whole, or x itself if the slice takes all of it. */
function partAgain(
  { operator, inputs, outputs }: GraphNode,
  producers: Producers,
  known: ReadonlyMap<Value, Constant>,
): Value[] | undefined {
  const [x, begins] = inputs;
  const from = begins && known.get(begins)?.data;
  if (operator !== 'Slice' || inputs.length !== 3 || !x || !from || from.length !== x.shape.length) return undefined;
  const [piece] = outputs as [Value];
  const cut = x.shape.flatMap((size, axis) => (piece.shape[axis] === size ? [] : [axis]));
  if (cut.length === 0) return [x];
  const joined = producers.get(x);
  const [axis] = cut as [number];
  if (cut.length > 1 || joined?.operator !== 'Concat' || joined.attributes.axis !== axis) return undefined;
  let start = 0;
  const part = joined.inputs.find((candidate) => {
    const found = start === Number(from[axis]) && candidate.shape[axis] === piece.shape[axis];
    start += candidate.shape[axis]!;
    return found;
  });
  return part && [part];
}
