// Reductions over axes.
import { elementCount } from '@flowvae/tensor';
import type { GraphNode, Value } from '../../graph/graph.ts';
import type { Constants } from '../constants.ts';
import { at, type Call, type Work } from '../work.ts';
import { integer, type Operator } from './operator.ts';

/** An array as [outer, n, inner], of which the middle axis is reduced. */
interface Span {
  readonly outer: number;
  readonly n: number;
  readonly inner: number;
}

/** One unit is one place of the outer axis. */
export function alongSpan(span: Span, result: Value, x: Value, last: readonly number[], name: string): Work {
  const { outer, n, inner } = span;
  const call = (to: number, from: number, count: number): Call => ({
    function: name,
    arguments: [at(result, to), at(x, from), count, n, inner, ...last],
  });
  return {
    units: outer,
    operations: outer * n * inner,
    calls: (from, to) => [call(from * inner, from * n * inner, to - from)],
  };
}

/** The axes that a node reduces: an attribute, or an operand of ReduceSum; all axes if it names none. */
function axesOf({ inputs, attributes }: GraphNode, constants: Constants): number[] | undefined {
  const rank = inputs[0]!.shape.length;
  const given = inputs[1] ? constants.integers(inputs[1]) : (attributes.axes as readonly number[] | undefined);
  if (inputs[1] && !given) return undefined;
  const axes = given && given.length > 0 ? given : Array.from({ length: rank }, (_, axis) => axis);
  return axes.map((axis) => (axis < 0 ? axis + rank : axis));
}

/** Runs of neighbouring axes that are all reduced, from the last on; axes of size 1 belong to any run. */
function runs(shape: readonly number[], axes: readonly number[]): (readonly [from: number, to: number])[] {
  const found: [number, number][] = [];
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    if (!axes.includes(axis)) continue;
    const last = found.at(-1);
    const between = last && shape.slice(axis + 1, last[0]);
    if (last && between!.every((size) => size === 1)) last[0] = axis;
    else found.push([axis, axis + 1]);
  }
  return found;
}

/** One pass for each run; the mean divides in the last. */
const reduction =
  (name: string, isMean = false): Operator =>
  (node, constants) => {
    const [x] = node.inputs;
    const [result] = node.outputs;
    const axes = axesOf(node, constants);
    if (x!.type !== 'float32' || !axes || elementCount(x!.shape) === 0) return undefined;
    if (axes.every((axis) => x!.shape[axis] === 1)) return { of: x! };
    const count = axes.reduce((product, axis) => product * x!.shape[axis]!, 1);
    const works: Work[] = [];
    let from = x!;
    const passes = runs(x!.shape, axes);
    for (const [i, [first, end]] of passes.entries()) {
      const isLast = i === passes.length - 1;
      const shape = from.shape.map((size, axis) => (axis >= first && axis < end ? 1 : size));
      const to: Value = isLast ? result! : { shape, type: 'float32' };
      const span = {
        outer: elementCount(from.shape.slice(0, first)),
        n: elementCount(from.shape.slice(first, end)),
        inner: elementCount(from.shape.slice(end)),
      };
      const scale = isMean && isLast ? 1 / count : 1;
      works.push(alongSpan(span, to, from, name === 'sum' ? [scale] : [], name));
      from = to;
    }
    return works;
  };

const cumulativeSum: Operator = (node, constants) => {
  const [x, axes] = node.inputs;
  const [given] = constants.integers(axes) ?? [];
  if (given === undefined || x!.type !== 'float32') return undefined;
  const axis = given < 0 ? given + x!.shape.length : given;
  const [outer, inner] = [elementCount(x!.shape.slice(0, axis)), elementCount(x!.shape.slice(axis + 1))];
  const flags = [integer(node, 'exclusive', 0), integer(node, 'reverse', 0)];
  const [result] = node.outputs;
  const n = x!.shape[axis]!;
  return [
    {
      units: outer,
      operations: outer * n * inner,
      calls: (from, to) => {
        const places = [at(result!, from * n * inner), at(x!, from * n * inner)];
        return [{ function: 'cumulativeSum', arguments: [...places, to - from, n, inner, ...flags] }];
      },
    },
  ];
};

/** Along the last axis. */
const normalised =
  (name: string): Operator =>
  (node) => {
    const [x] = node.inputs;
    const [result] = node.outputs;
    const last = x!.shape.length - 1;
    const axis = integer(node, 'axis', -1);
    if (axis !== -1 && axis !== last) return undefined;
    if (elementCount(x!.shape) === 0) return [];
    const n = x!.shape[last]!;
    const rows = elementCount(x!.shape) / n;
    return [
      {
        units: rows,
        operations: rows * n,
        calls: (from, to) => [{ function: name, arguments: [at(result!, from * n), at(x!, from * n), to - from, n] }],
      },
    ];
  };

export const reductionOperators: Readonly<Record<string, Operator>> = {
  CumSum: cumulativeSum,
  LogSoftmax: normalised('logSoftmax'),
  ReduceMax: reduction('maximum'),
  ReduceMean: reduction('sum', true),
  ReduceMin: reduction('minimum'),
  ReduceProd: reduction('productOf'),
  ReduceSum: reduction('sum'),
  Softmax: normalised('softmax'),
};
