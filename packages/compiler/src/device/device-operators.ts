// Operators that ONNX Runtime's WebGPU provider lacks or computes wrong, by those that it has right: a node without a
// kernel there would be computed by the processor, with copies in both directions.
import { elementCount } from '@flowvae/tensor';
import { type Graph, type GraphNode, sameShape, type Value, type ValueType } from '../graph/graph.ts';
import { GraphBuilder } from '../graph/graph-builder.ts';
import { converted, elementwise, pairwise, where } from '../lowerings/lowering.ts';
import { rightConvolution, spreadByGathering } from './convolutions.ts';

type Operands = readonly Value[];

/** Emits nodes for an operator's operands; the last one gives the result. */
type Form = (builder: GraphBuilder, operands: Operands, node: GraphNode) => Value;

/** Truth as 0 and 1. */
const number = (builder: GraphBuilder, x: Value) => converted(builder, x, 'float32');

const logical =
  (operator: 'Add' | 'Sub'): Form =>
  (builder, [a, b]) =>
    converted(builder, pairwise(builder, operator, number(builder, a!), number(builder, b!)), 'bool');

/**
 * x to the nearest integer, halves to the even one: by f = ⌊x⌋ and x − f, which is exact. Nothing is added to x,
 * because x + ½ is rounded from 2^23 on.
 */
const round: Form = (builder, [x]) => {
  const half = builder.scalar(0.5);
  const down = elementwise(builder, 'Floor', x!);
  const rest = pairwise(builder, 'Sub', x!, down);
  const halved = pairwise(builder, 'Mul', down, half);
  const odd = pairwise(builder, 'Sub', halved, elementwise(builder, 'Floor', halved)); // 0 or ½
  const even = pairwise(builder, 'Add', down, pairwise(builder, 'Add', odd, odd));
  const up = pairwise(builder, 'Add', down, builder.scalar(1));
  const [isHalf, isMore] = ['Equal', 'Greater'].map((operator) => pairwise(builder, operator, rest, half, 'bool'));
  return where(builder, isHalf!, even, where(builder, isMore!, up, down));
};

/** The sign of a number as the difference of two comparisons. */
const sign: Form = (builder, [x]) => {
  const zero = builder.scalar(0);
  const [above, below] = ['Greater', 'Less'].map((operator) =>
    number(builder, pairwise(builder, operator, x!, zero, 'bool')),
  );
  return pairwise(builder, 'Sub', above!, below!);
};

/**
 * An operator whose operands have one shape, or one of them one element: others are repeated first. And is wrong with
 * columns against rows, and Pow fails there.
 */
const alike =
  (operator: string): Form =>
  (builder, operands, { outputs: [result] }) => {
    const { shape } = result!;
    const isAlike = operands.every((x) => elementCount(x.shape) === 1 || sameShape(x.shape, shape));
    const repeated = (x: Value) =>
      sameShape(x.shape, shape) ? x : builder.node('Expand', [x, builder.int64(shape)], { shape, type: x.type });
    const [a, b] = isAlike ? operands : operands.map(repeated);
    return pairwise(builder, operator, a!, b!);
  };

/** Forms by operator, for operands of one type; other operands keep the operator. */
const forms: Readonly<Record<string, { readonly of: ValueType; readonly form: Form }>> = {
  And: { of: 'bool', form: alike('And') },
  Pow: { of: 'float32', form: alike('Pow') },
  Or: { of: 'bool', form: logical('Add') },
  Xor: { of: 'bool', form: logical('Sub') },
  IsNaN: {
    of: 'float32',
    form: (builder, [x]) => elementwise(builder, 'Not', pairwise(builder, 'Equal', x!, x!, 'bool')),
  },
  IsInf: {
    of: 'float32',
    form: (builder, [x]) =>
      pairwise(builder, 'Equal', elementwise(builder, 'Abs', x!), builder.scalar(Number.POSITIVE_INFINITY), 'bool'),
  },
  Round: { of: 'float32', form: round },
  Sign: { of: 'float32', form: sign },
  Conv: { of: 'float32', form: rightConvolution },
  ConvTranspose: { of: 'float32', form: spreadByGathering },
};

/** Each operator of the table in its form. */
export function deviceOperators(graph: Graph): Graph {
  const builder = new GraphBuilder();
  const { nodes: made, constants } = builder.graph([]); // they grow with the builder
  const replaced = new Map<Value, Value>();
  const current = (value: Value) => replaced.get(value) ?? value;
  const nodes = graph.nodes.flatMap((original): readonly GraphNode[] => {
    const node = { ...original, inputs: original.inputs.map(current) };
    const known = Object.hasOwn(forms, node.operator) ? forms[node.operator]! : undefined;
    if (!known || node.inputs[0]!.type !== known.of) return [node];
    const before = made.length;
    builder.origin = node.origin;
    replaced.set(node.outputs[0]!, known.form(builder, node.inputs, node));
    return made.slice(before);
  });
  const outputs = graph.outputs.map(({ name, value }) => ({ name, value: current(value) }));
  return { ...graph, nodes, outputs, constants: [...graph.constants, ...constants] };
}
