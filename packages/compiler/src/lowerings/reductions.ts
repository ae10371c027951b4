// Reductions over axes.
import { elementCount, tf, type tfjs } from '@flowvae/tensor';
import type { Value } from '../graph/graph.ts';
import type { GraphBuilder } from '../graph/graph-builder.ts';
import {
  closestType,
  converted,
  elementwise,
  type Lowering,
  type Lowerings,
  required,
  reshaped,
  where,
} from './lowering.ts';

interface ReducedAxes {
  readonly axes: number[];
  readonly shape: number[];
}

function reducedAxes(x: Value, axis: number | number[], keepDims: boolean): ReducedAxes {
  const axes = tf.util.parseAxisParam(axis, [...x.shape]);
  const [shape] = tf.backend_util.computeOutAndReduceShapes([...x.shape], axes);
  return { axes, shape: keepDims ? tf.backend_util.expandShapeToKeepDim(shape, axes) : shape };
}

/** In ONNX opset 17 ReduceSum takes its axes as an input; the other reductions still take an attribute. */
const sum: Lowering<tfjs.SumAttrs> = (builder, inputs, { axis, keepDims }) => {
  const given = required(inputs, 'x');
  const x = converted(builder, given, closestType(given, ['int32', 'float32']));
  const { axes, shape } = reducedAxes(x, axis, keepDims);
  if (axes.length === 0) return elementwise(builder, 'Identity', x);
  if (sumsRows(x, axes)) return reshaped(builder, rowSum(builder, x), shape);
  const attributes = { keepdims: keepDims ? 1 : 0 };
  return builder.node('ReduceSum', [x, builder.int64(axes)], { shape, type: x.type, attributes });
};

/**
 * Whether every axis but the last is summed over: the gradient of a bias. Not that of a convolution: ONNX Runtime holds
 * pictures with channels first, and moves the change of axes behind a ReduceSum, but not behind a product.
 */
const sumsRows = (x: Value, axes: readonly number[]) =>
  x.type === 'float32' &&
  (x.shape.length === 2 || x.shape.length === 3) &&
  elementCount(x.shape) > 0 &&
  axes.length === x.shape.length - 1 &&
  !axes.includes(x.shape.length - 1);

/** Σ over rows as 1ᵀ·x: ONNX Runtime's products are faster than its ReduceSum over a leading axis. */
function rowSum(builder: GraphBuilder, x: Value): Value {
  const columns = x.shape.at(-1)!;
  const rows = elementCount(x.shape) / columns;
  const ones = builder.constant(new Array<number>(rows).fill(1), [1, rows]);
  const attributes = { transA: 0, transB: 0 };
  return builder.node('Gemm', [ones, reshaped(builder, x, [rows, columns])], {
    shape: [1, columns],
    type: 'float32',
    attributes,
  });
}

function reduce(builder: GraphBuilder, operator: string, x: Value, axis: number | number[], keepDims: boolean): Value {
  const { axes, shape } = reducedAxes(x, axis, keepDims);
  if (axes.length === 0) return elementwise(builder, 'Identity', x);
  return builder.node(operator, [x], { shape, type: x.type, attributes: { axes, keepdims: keepDims ? 1 : 0 } });
}

/** The mean of integers is no integer. */
const mean: Lowering<tfjs.SumAttrs> = (builder, inputs, { axis, keepDims }) =>
  reduce(builder, 'ReduceMean', converted(builder, required(inputs, 'x'), 'float32'), axis, keepDims);

/**
 * The largest or smallest element, or NaN if there is a NaN, which ONNX Runtime's reductions may skip. Booleans go
 * through int32.
 */
function extreme(builder: GraphBuilder, operator: string, x: Value, axis: number | number[], keepDims: boolean): Value {
  const number = converted(builder, x, closestType(x, ['int32', 'float32']));
  const found = reduce(builder, operator, number, axis, keepDims);
  if (x.type !== 'float32') return converted(builder, found, x.type);
  const notNumbers = converted(builder, elementwise(builder, 'IsNaN', x, { type: 'bool' }), 'float32');
  const hasNaN = converted(builder, reduce(builder, 'ReduceMax', notNumbers, axis, keepDims), 'bool');
  return where(builder, hasNaN, builder.scalar(Number.NaN), found);
}

/** Max alone calls its axes `reductionIndices`. */
const max: Lowering<tfjs.MaxAttrs> = (builder, inputs, { reductionIndices, keepDims }) =>
  extreme(builder, 'ReduceMax', required(inputs, 'x'), reductionIndices, keepDims);

const min: Lowering<tfjs.SumAttrs> = (builder, inputs, { axis, keepDims }) =>
  extreme(builder, 'ReduceMin', required(inputs, 'x'), axis, keepDims);

/** tfjs gives products of booleans as int32. */
const product: Lowering<tfjs.SumAttrs> = (builder, inputs, { axis, keepDims }) => {
  const x = required(inputs, 'x');
  const number = converted(builder, x, closestType(x, ['int32', 'float32']));
  return reduce(builder, 'ReduceProd', number, axis, keepDims);
};

/** All and Any reduce booleans, which ONNX's Min and Max reductions do not take: they go through int32. */
const logicalReduction =
  (operator: string): Lowering<tfjs.SumAttrs> =>
  (builder, inputs, { axis, keepDims }) => {
    const x = converted(builder, converted(builder, required(inputs, 'x'), 'bool'), 'int32');
    return converted(builder, reduce(builder, operator, x, axis, keepDims), 'bool');
  };

const withoutNaN = (builder: GraphBuilder, x: Value, instead: number) =>
  where(builder, elementwise(builder, 'IsNaN', x, { type: 'bool' }), builder.scalar(instead), x);

/** Whether the first element along an axis, which is kept, is NaN. */
function startsWithNaN(builder: GraphBuilder, x: Value, axis: number): Value {
  const operands = [x, ...[0, 1, axis].map((bound) => builder.int64([bound]))];
  const first = builder.node('Slice', operands, { shape: x.shape.with(axis, 1), type: x.type });
  return elementwise(builder, 'IsNaN', first, { type: 'bool' });
}

/**
 * The place of the extreme. tfjs chooses a NaN in the first place and no other, ONNX Runtime may choose any: `worst`
 * takes the place of all, and the first is looked at by itself.
 */
const argument =
  (operator: string, worst: number): Lowering<tfjs.ArgMaxAttrs> =>
  (builder, inputs, { axis }) => {
    const given = required(inputs, 'x');
    const numbers = converted(builder, given, closestType(given, ['int32', 'float32']));
    const x = given.type === 'float32' ? withoutNaN(builder, numbers, worst) : numbers;
    const { axes, shape } = reducedAxes(x, axis, false);
    const attributes = { axis: axes[0]!, keepdims: 0 };
    const place = converted(builder, builder.node(operator, [x], { shape, type: 'int64', attributes }), 'int32');
    if (given.type !== 'float32') return place;
    return where(
      builder,
      reshaped(builder, startsWithNaN(builder, given, axes[0]!), shape),
      builder.scalar(0, 'int32'),
      place,
    );
  };

const softmax: Lowering<tfjs.SoftmaxAttrs> = (builder, inputs, { dim }) => {
  const x = converted(builder, required(inputs, 'logits'), 'float32');
  return elementwise(builder, 'Softmax', x, { attributes: { axis: dim } });
};

const logSoftmax: Lowering<tfjs.LogSoftmaxAttrs> = (builder, inputs, { axis }) =>
  elementwise(builder, 'LogSoftmax', converted(builder, required(inputs, 'logits'), 'float32'), {
    attributes: { axis },
  });

export const reductions = {
  All: logicalReduction('ReduceMin'),
  Any: logicalReduction('ReduceMax'),
  ArgMax: argument('ArgMax', Number.NEGATIVE_INFINITY),
  ArgMin: argument('ArgMin', Number.POSITIVE_INFINITY),
  LogSoftmax: logSoftmax,
  Max: max,
  Mean: mean,
  Min: min,
  Prod: product,
  Softmax: softmax,
  Sum: sum,
} satisfies Lowerings;
