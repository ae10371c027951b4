// Many small arrays of a graph as one flat array: a device is called once for all of them.
import { type Graph, type Named, sameShape, type Value } from '../graph/graph.ts';
import { GraphBuilder } from '../graph/graph-builder.ts';
import { reshaped } from '../lowerings/lowering.ts';
import { followedBy, withValues } from './patch.ts';

/** A name, and the number of float32 values under it. */
export interface FlatPart {
  readonly name: string;
  readonly size: number;
}

const total = (parts: readonly FlatPart[]) => parts.reduce((sum, { size }) => sum + size, 0);

/**
 * Some variables of a graph as pieces of one input [N], side by side in the order of `parts`.
 *
 * @param parts variables by name; those that the graph does not know are left alone, but keep their place
 */
export function packVariables(graph: Graph, parts: readonly FlatPart[], flat: string): Graph {
  const builder = builderFor('parameters');
  const whole = builder.input(flat, [total(parts)], 'float32');
  const pieces = piecesOf(builder, whole, parts);
  const isPacked = ({ name }: Named) => parts.some((part) => part.name === name);
  const replaced = new Map<Value, Value>();
  for (const { name, value } of graph.variables.filter(isPacked)) {
    const piece = pieces[parts.findIndex((part) => part.name === name)]!;
    replaced.set(value, inShape(builder, piece, value.shape));
  }
  const variables = graph.variables.filter((named) => !isPacked(named));
  return followedBy(builder.graph([]), withValues({ ...graph, variables }, replaced));
}

/**
 * Some outputs of a graph, side by side, as one output [N].
 *
 * @param parts outputs by name; one that the graph does not have is zeros
 */
export function packOutputs(graph: Graph, parts: readonly FlatPart[], flat: string): Graph {
  const builder = builderFor(flat);
  const found = new Map(graph.outputs.map(({ name, value }) => [name, value] as const));
  const pieces = parts.map(({ name, size }) => {
    const value = found.get(name);
    return value ? inShape(builder, value, [size]) : builder.constant(new Float32Array(size), [size]);
  });
  const whole =
    pieces.length === 1
      ? pieces[0]!
      : builder.node('Concat', pieces, { shape: [total(parts)], type: 'float32', attributes: { axis: 0 } });
  const others = graph.outputs.filter(({ name }) => !parts.some((part) => part.name === name));
  return followedBy(graph, builder.graph([...others, { name: flat, value: whole }]));
}

/**
 * A graph and another that takes some of its outputs as inputs of the same names. Outputs of the first stay outputs,
 * unless the second has one of that name.
 */
export function chainGraphs(first: Graph, second: Graph): Graph {
  const made = new Map(first.outputs.map(({ name, value }) => [name, value] as const));
  const shared = new Map(first.inputs.map(({ name, value }) => [name, value] as const));
  const given = (name: string) => made.get(name) ?? shared.get(name);
  const replaced = new Map<Value, Value>();
  for (const { name, value } of second.inputs) if (given(name)) replaced.set(value, given(name)!);
  const open = second.inputs.filter(({ name }) => !given(name));
  const joined = followedBy(first, withValues({ ...second, inputs: open }, replaced));
  const kept = first.outputs.filter(({ name }) => !second.outputs.some((output) => output.name === name));
  return { ...joined, outputs: [...kept, ...joined.outputs] };
}

function builderFor(origin: string): GraphBuilder {
  const builder = new GraphBuilder();
  builder.origin = origin;
  return builder;
}

function piecesOf(builder: GraphBuilder, whole: Value, parts: readonly FlatPart[]): readonly Value[] {
  if (parts.length === 1) return [whole];
  const sizes = parts.map(({ size }) => size);
  const shapes = sizes.map((size) => [size]);
  return builder.nodes('Split', [whole, builder.int64(sizes)], shapes, { type: 'float32', attributes: { axis: 0 } });
}

const inShape = (builder: GraphBuilder, value: Value, shape: readonly number[]): Value =>
  sameShape(value.shape, shape) ? value : reshaped(builder, value, shape);
