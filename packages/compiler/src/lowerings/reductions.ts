// Reductions over axes.
import {
  type ArgMaxAttrs,
  elementCount,
  type LogSoftmaxAttrs,
  type MaxAttrs,
  type SoftmaxAttrs,
  type SumAttrs,
  tf,
} from '@flowvae/tensor';
import type { Value } from '../graph.ts';
import type { GraphBuilder } from '../graph-builder.ts';
import { converted, elementwise, type Lowering, type Lowerings, required, reshaped } from './lowering.ts';

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
const sum: Lowering<SumAttrs> = (builder, inputs, { axis, keepDims }) => {
  const x = required(inputs, 'x');
  const { axes, shape } = reducedAxes(x, axis, keepDims);
  if (axes.length === 0) return elementwise(builder, 'Identity', x);
  if (sumsRows(x, axes)) return reshaped(builder, rowSum(builder, x), shape);
  const attributes = { keepdims: keepDims ? 1 : 0 };
  return builder.node('ReduceSum', [x, builder.int64(axes)], { shape, type: x.type, attributes });
};

/** Whether every axis but the last is summed over: the gradient of a bias. */
const sumsRows = (x: Value, axes: readonly number[]) =>
  x.type === 'float32' &&
  x.shape.length >= 2 &&
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

const reduction =
  (operator: string): Lowering<SumAttrs> =>
  (builder, inputs, { axis, keepDims }) =>
    reduce(builder, operator, required(inputs, 'x'), axis, keepDims);

function reduce(builder: GraphBuilder, operator: string, x: Value, axis: number | number[], keepDims: boolean): Value {
  const { axes, shape } = reducedAxes(x, axis, keepDims);
  if (axes.length === 0) return elementwise(builder, 'Identity', x);
  return builder.node(operator, [x], { shape, type: x.type, attributes: { axes, keepdims: keepDims ? 1 : 0 } });
}

/** The mean of integers is no integer. */
const mean: Lowering<SumAttrs> = (builder, inputs, { axis, keepDims }) =>
  reduce(builder, 'ReduceMean', converted(builder, required(inputs, 'x'), 'float32'), axis, keepDims);

/** Max alone calls its axes `reductionIndices`. */
const max: Lowering<MaxAttrs> = (builder, inputs, { reductionIndices, keepDims }) =>
  reduce(builder, 'ReduceMax', required(inputs, 'x'), reductionIndices, keepDims);

/** All and Any reduce booleans, which ONNX's Min and Max reductions do not take: they go through int32. */
const logicalReduction =
  (operator: string): Lowering<SumAttrs> =>
  (builder, inputs, { axis, keepDims }) => {
    const x = converted(builder, required(inputs, 'x'), 'int32');
    return converted(builder, reduce(builder, operator, x, axis, keepDims), 'bool');
  };

const argument =
  (operator: string): Lowering<ArgMaxAttrs> =>
  (builder, inputs, { axis }) => {
    const x = required(inputs, 'x');
    const { axes, shape } = reducedAxes(x, axis, false);
    const attributes = { axis: axes[0]!, keepdims: 0 };
    return converted(builder, builder.node(operator, [x], { shape, type: 'int64', attributes }), 'int32');
  };

const softmax: Lowering<SoftmaxAttrs> = (builder, inputs, { dim }) => {
  const x = required(inputs, 'logits');
  return elementwise(builder, 'Softmax', x, { attributes: { axis: dim } });
};

const logSoftmax: Lowering<LogSoftmaxAttrs> = (builder, inputs, { axis }) =>
  elementwise(builder, 'LogSoftmax', required(inputs, 'logits'), { attributes: { axis } });

export const reductions = {
  All: logicalReduction('ReduceMin'),
  Any: logicalReduction('ReduceMax'),
  ArgMax: argument('ArgMax'),
  ArgMin: argument('ArgMin'),
  LogSoftmax: logSoftmax,
  Max: max,
  Mean: mean,
  Min: reduction('ReduceMin'),
  Prod: reduction('ReduceProd'),
  Softmax: softmax,
  Sum: sum,
} satisfies Lowerings;
