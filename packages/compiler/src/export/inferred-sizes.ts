// Replaces arithmetic on shapes by sizes that a runtime infers itself.
import { type Constant, type Graph, type GraphNode, producersOf, type Value } from '../graph/graph.ts';
import { GraphBuilder } from '../graph/graph-builder.ts';

/** The known elements of a list; undefined for an element that is computed at run time. */
type Elements = readonly (number | undefined)[];

/** The lists that a rewrite of one node reads and makes. */
interface Lists {
  readonly of: (list: Value) => Elements;
  readonly constant: (numbers: readonly number[]) => Value;
}

/** Reshapes to a constant shape if all sizes but one are fixed: −1 stands for the remaining size. */
export const inferredShapes = (graph: Graph): Graph =>
  rewriteLists(graph, (node, lists) => {
    const [x, shape] = node.inputs as [Value, Value];
    if (node.operator !== 'Reshape') return node;
    const sizes = lists.of(shape);
    const isInferable = sizes.filter((size) => size === undefined).length === 1 && !sizes.includes(0);
    return isInferable ? { ...node, inputs: [x, lists.constant(sizes.map((size) => size ?? -1))] } : node;
  });

/** Cuts only along axes that lose elements: an axis of computed size that stays whole needs no bounds. */
export const neededCuts = (graph: Graph): Graph =>
  rewriteLists(graph, (node, lists) => {
    const [x, begins, ends, ...others] = node.inputs as [Value, Value, Value, ...Value[]];
    if (node.operator !== 'Slice' || others.length > 0) return node;
    const [from, to] = [lists.of(begins), lists.of(ends)];
    const [piece] = node.outputs as [Value];
    const axes = x.shape.flatMap((size, axis) => (piece.shape[axis] === size ? [] : [axis]));
    const isKnown = axes.length > 0 && axes.every((axis) => from[axis] !== undefined && to[axis] !== undefined);
    const at = (list: Elements) => lists.constant(axes.map((axis) => list[axis]!));
    return isKnown && to.includes(undefined) ? { ...node, inputs: [x, at(from), at(to), lists.constant(axes)] } : node;
  });

function rewriteLists(graph: Graph, change: (node: GraphNode, lists: Lists) => GraphNode): Graph {
  const builder = new GraphBuilder();
  const of = listsOf(graph);
  const nodes = graph.nodes.map((node) => change(node, { of, constant: (numbers) => builder.int64(numbers) }));
  return { ...graph, nodes, constants: [...graph.constants, ...builder.graph([]).constants] };
}

/** Reads lists of whole numbers: constants, concatenations, and lists with unknown elements. */
function listsOf(graph: Graph): (list: Value) => Elements {
  const constants = new Map<Value, Constant>(graph.constants.map((constant) => [constant.value, constant]));
  const producers = producersOf(graph);
  const elements = (list: Value): Elements => {
    const constant = constants.get(list);
    if (constant) return Array.from(constant.data as ArrayLike<number | bigint>, Number);
    const joined = producers.get(list);
    if (joined?.operator === 'Concat') return joined.inputs.flatMap(elements);
    return Array.from({ length: list.shape[0]! }, () => undefined);
  };
  return elements;
}
