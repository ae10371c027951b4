// The type of lowerings, from one tfjs kernel call to ONNX operators, and the operators that they share.
import { tf } from '@flowvae/tensor';
import type { Value, ValueType } from '../graph/graph.ts';
import type { Emission, GraphBuilder } from '../graph/graph-builder.ts';

/** A kernel's tensors by tfjs's own argument names (`x`, or `a` and `b`, …; lists under '0', '1', …). */
export type Inputs = Readonly<Record<string, Value>>;

/** Emits the operators of one kernel call into the builder and returns its results. */
export type Lowering<Attributes> = (builder: GraphBuilder, inputs: Inputs, attributes: Attributes) => Value | Value[];

/** The names of all tfjs kernels: the constants that tfjs exports under their own names. */
export type KernelName = {
  [Name in keyof typeof tf]: (typeof tf)[Name] extends Name ? Name : never;
}[keyof typeof tf];

/** Lowerings by tfjs kernel name. Each reads the attributes that its kernel carries, hence `never` here. */
export type Lowerings = Readonly<Partial<Record<KernelName, Lowering<never>>>>;

/** An input that the kernel always has. */
export function required(inputs: Inputs, name: string): Value {
  const value = inputs[name];
  if (!value) throw new TypeError(`kernel input '${name}' is missing`);
  return value;
}

/** The shape of an element-wise operation on two values, as tfjs broadcasts. */
export const broadcastShape = (a: Value, b: Value): number[] =>
  tf.backend_util.assertAndGetBroadcastShape([...a.shape], [...b.shape]);

/** Emits an element-wise operator of one operand. */
export const elementwise = (builder: GraphBuilder, operator: string, x: Value, rest: Partial<Emission> = {}): Value =>
  builder.node(operator, [x], { shape: x.shape, type: x.type, ...rest });

/** Emits an element-wise operator of two operands with broadcasting. */
export const pairwise = (
  builder: GraphBuilder,
  operator: string,
  a: Value,
  b: Value,
  type: ValueType = a.type,
): Value => builder.node(operator, [a, b], { shape: broadcastShape(a, b), type });

/** Emits a reshape. Unless told otherwise, ONNX takes a size of 0 for "as before". */
export const reshaped = (builder: GraphBuilder, x: Value, shape: readonly number[]): Value =>
  builder.node('Reshape', [x, builder.int64(shape)], {
    shape,
    type: x.type,
    attributes: shape.includes(0) ? { allowzero: 1 } : {},
  });

/** Emits a transposition. */
export const transposed = (builder: GraphBuilder, x: Value, perm: readonly number[]): Value => {
  if (perm.every((axis, i) => axis === i)) return x;
  const shape = perm.map((axis) => x.shape[axis]!);
  return builder.node('Transpose', [x], { shape, type: x.type, attributes: { perm } });
};

/**
 * The end of a slice that goes backwards through the first element, for any size of the axis; some runtimes need an
 * int32.
 */
const BEFORE_FIRST = -(2 ** 31);

/** Emits a slice by bounds for every axis; an end below 0 lies before the first element, and steps are 1 by default. */
export const sliced = (
  builder: GraphBuilder,
  x: Value,
  begin: readonly number[],
  end: readonly number[],
  steps?: readonly number[],
): Value => {
  const shape = begin.map((from, i) => Math.max(0, Math.ceil((end[i]! - from) / (steps?.[i] ?? 1))));
  const bounds = [begin, end.map((to) => (to < 0 ? BEFORE_FIRST : to))].map((list) => builder.int64(list));
  const axes = builder.int64(begin.map((_, i) => i));
  const operands = steps ? [x, ...bounds, axes, builder.int64(steps)] : [x, ...bounds];
  return builder.node('Slice', operands, { shape, type: x.type });
};

/** Emits the reversal of some axes: ONNX has a slice with negative steps for it. */
export const reversed = (builder: GraphBuilder, x: Value, axes: readonly number[]): Value => {
  if (axes.length === 0) return x;
  const all = (bound: number) => builder.int64(axes.map(() => bound));
  const operands = [x, all(-1), all(BEFORE_FIRST), builder.int64(axes), all(-1)];
  return builder.node('Slice', operands, { shape: x.shape, type: x.type });
};

/** Emits padding by a number, before and after each axis; negative padding cuts. */
export const padded = (
  builder: GraphBuilder,
  x: Value,
  paddings: readonly (readonly [before: number, after: number])[],
  value: number,
): Value => {
  if (paddings.every(([before, after]) => before === 0 && after === 0)) return x;
  const shape = x.shape.map((size, i) => paddings[i]![0] + size + paddings[i]![1]);
  const amounts = builder.int64([...paddings.map(([before]) => before), ...paddings.map(([, after]) => after)]);
  const constant = builder.scalar(value, x.type as Exclude<ValueType, 'int64'>);
  return builder.node('Pad', [x, amounts, constant], { shape, type: x.type });
};

/** Emits the selection of places along an axis; the places are known while tracing. */
export const picked = (builder: GraphBuilder, x: Value, axis: number, places: readonly number[]): Value => {
  if (places.length === x.shape[axis] && places.every((place, i) => place === i)) return x;
  const indices = builder.constant(places, [places.length], 'int32');
  const shape = x.shape.with(axis, places.length);
  return builder.node('Gather', [x, indices], { shape, type: x.type, attributes: { axis } });
};

/** Emits a conversion, unless the type is right already. Only floats that fit may become int32. */
export const converted = (builder: GraphBuilder, x: Value, type: ValueType): Value =>
  x.type === type ? x : elementwise(builder, 'Cast', x, { type, attributes: { to: onnxTypes[type] } });

/** Chooses element-wise between two values of one type. */
export const where = (builder: GraphBuilder, condition: Value, yes: Value, no: Value): Value =>
  builder.node('Where', [condition, yes, no], {
    shape: broadcastShape(condition, { shape: broadcastShape(yes, no), type: yes.type }),
    type: yes.type,
  });

/**
 * Floats converted to int32 as JavaScript's typed arrays do: modulo 2^32, with NaN and infinities to 0. The conversion
 * goes through int64, which ONNX reduces to its lower bits. From 2^63 up, where ONNX leaves the result open, floats are
 * multiples of 2^40. ONNX Runtime would merge the two conversions into one with another result; they act on −x, which
 * prevents this.
 */
export function cutToInt32(builder: GraphBuilder, x: Value): Value {
  if (x.type !== 'float32') return converted(builder, x, 'int32');
  const fits = pairwise(builder, 'Less', elementwise(builder, 'Abs', x), builder.scalar(2 ** 63), 'bool');
  const negative = elementwise(builder, 'Neg', where(builder, fits, x, builder.scalar(0)));
  return converted(builder, elementwise(builder, 'Neg', converted(builder, negative, 'int64')), 'int32');
}

/** The value as a typed array of this type stores it: integers and booleans lose the fraction. */
export function stored(builder: GraphBuilder, x: Value, type: ValueType): Value {
  if (x.type !== 'float32' || type === 'float32') return converted(builder, x, type);
  return converted(builder, cutToInt32(builder, x), type);
}

/** The value's own type if it is among the types, else the first of them. */
export const closestType = (x: Value, types: readonly ValueType[]): ValueType =>
  types.includes(x.type) ? x.type : types[0]!;

/** ONNX's codes for element types (TensorProto.DataType). */
export const onnxTypes = { float32: 1, int32: 6, int64: 7, bool: 9 } as const;
