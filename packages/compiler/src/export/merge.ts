// One graph for every batch size, made from a function's graphs at two batch sizes.
import type { Constant, Graph, GraphNode, Named, Value } from '../graph/graph.ts';
import { TraceError } from '../tracing/trace-error.ts';
import { type BatchAxis, BatchValues } from './batch-values.ts';
import type { Sizes } from './scaling.ts';

/** A difference of two traces that no batch size explains. */
interface Difference {
  readonly node: string;
  readonly received: string;
}

/**
 * Merges the graphs of one function at two batch sizes: same nodes, and constants that stay or that {@link BatchValues}
 * can compute.
 *
 * @throws TraceError that names the first node at which the graphs differ in another way
 */
export function mergeTraces([a, b]: readonly [Graph, Graph], sizes: Sizes, source: BatchAxis): Graph {
  const refuse = ({ node, received }: Difference): never => {
    throw new TraceError({
      where: `toOnnx: ${node}`,
      expected: 'the same at every batch size, up to shapes and counts that are multiples of it',
      received,
      remedy: 'export with a number as the size of the batch axis, or make the differing value an input',
    });
  };
  const values = new BatchValues(source, sizes);
  const constantAt = pairedConstants(a, b, values);
  const partners = new Map<Value, Value>();
  const pair = (first: readonly Value[], second: readonly Value[]) => {
    for (const [i, value] of first.entries()) partners.set(value, second[i]!);
  };
  pair(valuesOf(a.inputs), valuesOf(b.inputs));
  pair(valuesOf(a.variables), valuesOf(b.variables));
  const merged = (first: Value, second: Value, node: string): Value => {
    if (partners.get(first) === second) return first;
    const found = constantAt(first, second);
    return 'shape' in found ? found : refuse({ node, received: received(found.received, sizes) });
  };
  const nodes = a.nodes.map((node, i) => {
    const other = b.nodes[i];
    const difference = other ? structuralDifference(node, other) : `no such node at ${sizes[1]}`;
    if (difference || !other) return refuse({ node: nodeName(node), received: difference });
    pair(node.outputs, other.outputs);
    return { ...node, inputs: node.inputs.map((input, k) => merged(input, other.inputs[k]!, nodeName(node))) };
  });
  const extra = b.nodes[a.nodes.length];
  if (extra) return refuse({ node: nodeName(extra), received: `no such node at ${sizes[0]}` });
  const outputs = a.outputs.map(({ name, value }, i) => ({
    name,
    value: merged(value, b.outputs[i]!.value, `output '${name}'`),
  }));
  const { constants, nodes: first } = values.made;
  return { ...a, outputs, constants: [...a.constants, ...constants], nodes: [...first, ...nodes] };
}

const valuesOf = (named: readonly Named[]) => named.map(({ value }) => value);

/** The traced operation and the operator that differ. */
const nodeName = ({ origin, operator }: GraphNode) => `'${origin}' (${operator})`;

const received = (differing: readonly [string, string], [sizeA, sizeB]: Sizes) =>
  `${differing[0]} at ${sizeA}, ${differing[1]} at ${sizeB}`;

/** The difference of two nodes apart from their inputs; empty if there is none. */
function structuralDifference(a: GraphNode, b: GraphNode): string {
  const say = (what: string, first: unknown, second: unknown) => `${what} ${first} and ${second}`;
  if (a.operator !== b.operator || a.origin !== b.origin) return say('nodes', nodeName(a), nodeName(b));
  if (a.inputs.length !== b.inputs.length) return say('numbers of operands', a.inputs.length, b.inputs.length);
  if (a.outputs.length !== b.outputs.length) return say('numbers of results', a.outputs.length, b.outputs.length);
  const [first, second] = [JSON.stringify(a.attributes), JSON.stringify(b.attributes)];
  return first === second ? '' : say('attributes', first, second);
}

type Found = Value | { readonly received: readonly [string, string] };

/** Finds, for a constant of either graph, one value that serves both; or describes the difference. */
function pairedConstants(a: Graph, b: Graph, values: BatchValues): (first: Value, second: Value) => Found {
  const [inA, inB] = [a, b].map(({ constants }) => new Map(constants.map((constant) => [constant.value, constant])));
  const known = new Map<Value, Map<Value, Found>>();
  const find = (first: Value, second: Value): Found => {
    const [constantA, constantB] = [inA!.get(first), inB!.get(second)];
    if (!constantA || !constantB) return { received: [summary(constantA, first), summary(constantB, second)] };
    if (sameConstant(constantA, constantB)) return first;
    return (
      values.between(constantA, constantB) ?? { received: [summary(constantA, first), summary(constantB, second)] }
    );
  };
  return (first, second) => {
    const row = known.get(first) ?? new Map<Value, Found>();
    known.set(first, row);
    const found = row.get(second) ?? find(first, second);
    row.set(second, found);
    return found;
  };
}

const sameConstant = ({ value: a, data }: Constant, { value: b, data: other }: Constant) =>
  a.type === b.type &&
  String(a.shape) === String(b.shape) &&
  data.every((element: number | bigint, i: number) => Object.is(element, other[i]));

const SHOWN_ELEMENTS = 4;

function summary(constant: Constant | undefined, { shape, type }: Value): string {
  if (!constant) return `a computed ${type}[${shape.join(', ')}]`;
  const shown = Array.from(constant.data.subarray(0, SHOWN_ELEMENTS), String).join(' ');
  const rest = constant.data.length > SHOWN_ELEMENTS ? ' …' : '';
  return shape.length === 0 ? shown : `${type}[${shape.join(', ')}]{${shown}${rest}}`;
}
