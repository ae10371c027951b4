// The rules by which operators pass on a dependence on rows. An operator without a rule mixes the rows.
import type { GraphNode, Value } from '../graph/graph.ts';
import { type Dependence, type Dependences, fixed, mixed, rowsAt } from './dependence.ts';
import { contraction } from './einsum-rule.ts';
import { nonLinear } from './elementwise-operators.ts';

import { aligned, axisOf, layoutOf, type RowAxis, samePlace } from './row-layout.ts';

/** The dependence of a node's first result, if at least one of its operands depends on rows. */
type Rule = (known: Dependences, node: GraphNode) => Dependence;

const kindsOf = (known: Dependences, values: readonly Value[]) => new Set(values.map((value) => known.of(value).kind));

/** Rows at a place of a node's first result. */
const at = (place: RowAxis, { outputs }: GraphNode): Dependence => rowsAt(layoutOf(place, outputs[0]!.shape));

/** Linear operations on one operand preserve sums and means. */
const linear =
  (rows: Rule): Rule =>
  (known, node) => {
    const { kind } = known.of(node.inputs[0]!);
    const others = kindsOf(known, node.inputs.slice(1));
    if (others.size > 0 && !(others.size === 1 && others.has('fixed'))) return mixed;
    return kind === 'sum' || kind === 'mean' ? { kind } : rows(known, node);
  };

/** Operands side by side with broadcasting: rows with the same rows, and with values that all rows share. */
const elementwise: Rule = (known, node) => {
  const shape = node.outputs[0]!.shape;
  let place: RowAxis | undefined;
  for (const value of node.inputs) {
    const found = known.axisOf(value);
    if (known.of(value).kind === 'fixed') continue;
    if (!found) return mixed;
    const here = aligned(found, value.shape.length, shape.length);
    if (place && !samePlace(place, here)) return mixed;
    place = here;
  }
  if (!place) return fixed;
  const others = node.inputs.filter((value) => known.of(value).kind === 'fixed');
  return others.every((value) => known.isUniformAt(value, place, node.outputs[0]!)) ? at(place, node) : mixed;
};

/** a ± b */
const sum: Rule = (known, node) => {
  const kinds = kindsOf(known, node.inputs);
  if (kinds.has('rows') || kinds.has('mixed')) return elementwise(known, node);
  if (kinds.has('count')) return mixed;
  if (kinds.size === 1) return { kind: kinds.has('sum') ? 'sum' : 'mean' };
  return kinds.has('sum') ? mixed : { kind: 'mean' };
};

/**
 * a·b and a/b: a sum divided by k·B is a mean. A sum divided by a number independent of B stays a sum, of which each
 * thread sees a part only.
 */
const scaling =
  (isQuotient: boolean): Rule =>
  (known, node) => {
    const [left, right] = node.inputs.map((value) => known.of(value)) as [Dependence, Dependence];
    if (left.kind === 'rows' || right.kind === 'rows') return elementwise(known, node);
    const [scaled, factor] = isConstant(right) ? [left, right] : isQuotient ? [right, mixed] : [right, left];
    if (scaled.kind !== 'sum' && scaled.kind !== 'mean') return mixed;
    if (factor.kind === 'fixed') return scaled;
    const makesMean = factor.kind === 'count' && factor.count === (isQuotient ? 'multiple' : 'inverse');
    return scaled.kind === 'sum' && makesMean ? { kind: 'mean' } : mixed;
  };

const isConstant = ({ kind }: Dependence) => kind === 'fixed' || kind === 'count';

const reshape: Rule = (known, node) => known.of(node.inputs[0]!);

/** Broadcasting to a shape that another operand gives. */
const expand: Rule = (known, node) => {
  const [x] = node.inputs as [Value];
  const place = known.axisOf(x);
  return place ? at(aligned(place, x.shape.length, node.outputs[0]!.shape.length), node) : mixed;
};

const transpose: Rule = (known, node) => {
  const place = known.axisOf(node.inputs[0]!);
  const perm = node.attributes.perm as readonly number[];
  return place ? at({ ...place, axis: perm.indexOf(place.axis) }, node) : mixed;
};

/** The axis's new position after other axes are removed, or kept with size 1. */
const without = (place: RowAxis, axes: readonly number[], keeps: boolean): RowAxis =>
  keeps ? place : { ...place, axis: place.axis - axes.filter((axis) => axis < place.axis).length };

/** @param over the dependence of a reduction over the rows */
const reduction = (over: Dependence): Rule => {
  const rows: Rule = (known, node) => {
    const [x, given] = node.inputs as [Value, Value | undefined];
    const place = known.axisOf(x);
    const axes = ((node.attributes.axes as readonly number[] | undefined) ?? known.numbers(given))?.map((axis) =>
      axis < 0 ? axis + x.shape.length : axis,
    );
    if (!place || !axes) return mixed;
    return axes.includes(place.axis) ? over : at(without(place, axes, node.attributes.keepdims === 1), node);
  };
  return over === mixed ? onRows(rows) : linear(rows);
};

/** Operators that are not linear: they do not preserve a sum or mean over rows. */
function onRows(rule: Rule): Rule {
  return (known, node) => {
    const kinds = kindsOf(known, node.inputs);
    return kinds.has('sum') || kinds.has('mean') || kinds.has('mixed') ? mixed : rule(known, node);
  };
}

/** Works along one axis, which must not be the rows' axis; the other axes stay. */
const along =
  (axisFrom: (known: Dependences, node: GraphNode) => number | undefined): Rule =>
  (known, node) => {
    const [x, ...others] = node.inputs as [Value, ...Value[]];
    const place = known.axisOf(x);
    const axis = axisFrom(known, node);
    const kinds = kindsOf(known, others);
    if (!place || axis === undefined || (others.length > 0 && !(kinds.size === 1 && kinds.has('fixed')))) return mixed;
    if ((axis < 0 ? axis + x.shape.length : axis) === place.axis) return mixed;
    return node.outputs[0]!.shape.length === x.shape.length ? at(place, node) : mixed;
  };

/** @param fallback the axis if the attribute is absent */
const byAttribute = (fallback: number) =>
  along((_, { attributes }) => (attributes.axis as number | undefined) ?? fallback);

/** The place of an extreme along one axis, which is removed. */
const argument: Rule = (known, { inputs, outputs, attributes }) => {
  const [x] = inputs as [Value];
  const place = known.axisOf(x);
  const axis = attributes.axis as number;
  const taken = axis < 0 ? axis + x.shape.length : axis;
  if (!place || taken === place.axis) return mixed;
  return rowsAt(layoutOf(without(place, [taken], attributes.keepdims === 1), outputs[0]!.shape));
};

/** Cuts or pads axes; the rows' axis must keep its length. */
const resized: Rule = (known, node) => {
  const x = node.inputs[0]!;
  const place = known.axisOf(x);
  const [before, after] = [x.shape, node.outputs[0]!.shape];
  return place && before.length === after.length && before[place.axis] === after[place.axis] ? at(place, node) : mixed;
};

/** Padding, which must not shift the rows. */
const pad: Rule = (known, node) => {
  const x = node.inputs[0]!;
  const place = known.axisOf(x);
  const pads = known.numbers(node.inputs[1]);
  const isKept = place && pads?.[place.axis] === 0 && pads[place.axis + x.shape.length] === 0;
  return isKept ? resized(known, node) : mixed;
};

/** A slice that keeps the length of the rows may still reverse them. */
const slice: Rule = (known, node) => {
  const steps = node.inputs[4] && known.numbers(node.inputs[4]);
  return !node.inputs[4] || steps?.every((step) => step === 1) ? resized(known, node) : reversal(known, node);
};

const reversal: Rule = (known, node) => {
  const axes = known.numbers(node.inputs[3]);
  const place = known.axisOf(node.inputs[0]!);
  return place && axes && !axes.includes(place.axis) ? resized(known, node) : mixed;
};

/** Rows that look up entries in a table that all rows share. */
const lookUp: Rule = (known, node) => {
  const place = known.axisOf(node.inputs[1]!);
  return place ? at({ ...place, axis: place.axis + (node.attributes.axis as number) }, node) : mixed;
};

/** Indices that all rows share. */
const pick: Rule = (known, node) => {
  const [x, indices] = node.inputs as [Value, Value];
  const axis = node.attributes.axis as number;
  const place = known.axisOf(x);
  if (!place || axis === place.axis) return mixed;
  const moved = place.axis < axis ? place : { ...place, axis: place.axis + indices.shape.length - 1 };
  return at(moved, node);
};

const gather: Rule = (known, node) =>
  (known.of(node.inputs[0]!).kind === 'fixed' ? onRows(lookUp) : linear(pick))(known, node);

/** Tensors end to end, along another axis than the rows'. */
const concat: Rule = (known, node) => {
  const places = node.inputs.map((value) => known.axisOf(value));
  const place = places.find((each) => each !== undefined);
  const axis = node.attributes.axis as number;
  if (!place || axis === place.axis) return mixed;
  const fits = node.inputs.every((value, i) =>
    known.of(value).kind === 'fixed'
      ? known.isUniform(value, layoutOf(place, value.shape))
      : places[i] !== undefined && samePlace(places[i], place),
  );
  return fits ? at(place, node) : mixed;
};

const tile: Rule = (known, node) => {
  const place = known.axisOf(node.inputs[0]!);
  const repeats = known.numbers(node.inputs[1]);
  return place && repeats ? at({ ...place, before: place.before * repeats[place.axis]! }, node) : mixed;
};

/** Matrices [.., M, K]·[.., K, N], a bias beside them in Gemm. */
const product: Rule = (known, node) => {
  const [a, b, bias] = node.inputs as [Value, Value, Value | undefined];
  const { transA, transB } = node.attributes;
  const [left, right] = [known.of(a).kind, known.of(b).kind];
  const dependence = factor(known, node, { a, b, transA: transA === 1, transB: transB === 1, left, right });
  if (!bias) return dependence;
  if (known.of(bias).kind !== 'fixed' || dependence.kind !== 'rows') return mixed;
  const place = axisOf(dependence.layout, node.outputs[0]!.shape, known.batch);
  return place && known.isUniformAt(bias, place, node.outputs[0]!) ? dependence : mixed;
};

interface Factors {
  readonly a: Value;
  readonly b: Value;
  readonly transA: boolean;
  readonly transB: boolean;
  readonly left: Dependence['kind'];
  readonly right: Dependence['kind'];
}

function factor(known: Dependences, node: GraphNode, { a, b, transA, transB, left, right }: Factors): Dependence {
  if (left !== 'fixed' && right !== 'fixed') return left === 'rows' && right === 'rows' ? together(known, node) : mixed;
  const [x, other, isLeft] = left === 'fixed' ? [b, a, false] : [a, b, true];
  const { kind } = known.of(x);
  if (kind !== 'rows') return { kind } as Dependence;
  const place = known.axisOf(x);
  if (!place) return mixed;
  const rank = node.outputs[0]!.shape.length;
  const fromEnd = x.shape.length - place.axis; // 1: the last axis, 2: the one before
  if (fromEnd > 2) {
    const result = aligned(place, x.shape.length, rank);
    return known.isUniformAt(other, result, node.outputs[0]!) ? at(result, node) : mixed;
  }
  const contracted = (isLeft ? transA : !transB) ? 2 : 1; // K, counted from the end
  if (fromEnd === contracted) return isOnes(known, other) ? { kind: 'sum' } : mixed;
  return at({ ...place, axis: isLeft ? rank - 2 : rank - 1 }, node);
}

const isOnes = (known: Dependences, value: Value) => known.numbers(value)?.every((number) => number === 1) ?? false;

/** Both factors have rows: each row's matrices with each other. */
function together(known: Dependences, node: GraphNode): Dependence {
  const rank = node.outputs[0]!.shape.length;
  const places = node.inputs.slice(0, 2).map((value) => {
    const place = known.axisOf(value);
    return place && place.axis < value.shape.length - 2 ? aligned(place, value.shape.length, rank) : undefined;
  });
  const [first, second] = places;
  return first && second && samePlace(first, second) ? at(first, node) : mixed;
}

/** Images [N, C, …]: each by itself, with weights that all images share. */
const images: Rule = (known, node) => {
  const [x, ...weights] = node.inputs as [Value, ...Value[]];
  const place = known.axisOf(x);
  return place?.axis === 0 && weights.every((value) => known.of(value).kind === 'fixed') ? at(place, node) : mixed;
};

const named = (names: string, rule: Rule) => names.split(' ').map((name) => [name, rule] as const);

export const rules: ReadonlyMap<string, Rule> = new Map([
  ...nonLinear.map((operator) => [operator, onRows(elementwise)] as const),
  ...named('Neg Identity', linear(elementwise)),
  ...named('Expand', linear(expand)),
  ...named('Add Sub', sum),
  ...named('Mul', scaling(false)),
  ...named('Div', scaling(true)),
  ...named('Reshape', linear(reshape)),
  ...named('Transpose', linear(transpose)),
  ...named('ReduceSum', reduction({ kind: 'sum' })),
  ...named('ReduceMean', reduction({ kind: 'mean' })),
  ...named('ReduceMax ReduceMin ReduceProd', reduction(mixed)),
  ...named('Softmax LogSoftmax TopK', onRows(byAttribute(-1))),
  ...named('ArgMax ArgMin', onRows(argument)),
  ...named('Einsum', onRows(contraction)),
  ...named('Split', linear(byAttribute(0))),
  ...named('CumSum', linear(along((known, { inputs }) => known.numbers(inputs[1])?.[0]))),
  ...named('Slice', linear(slice)),
  ...named('Pad', onRows(pad)),
  ...named('Gather', gather),
  ...named('Concat', onRows(concat)),
  ...named('Tile', linear(tile)),
  ...named('Gemm MatMul FusedMatMul', product),
  ...named('Conv ConvTranspose MaxPool AveragePool', onRows(images)),
]);
