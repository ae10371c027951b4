// Kernels that read or write at places given by a tensor.
import { elementCount, tf, type tfjs } from '@flowvae/tensor';
import type { Value, ValueType } from '../graph/graph.ts';
import type { GraphBuilder } from '../graph/graph-builder.ts';
import {
  converted,
  type Lowering,
  type Lowerings,
  pairwise,
  required,
  reshaped,
  sliced,
  transposed,
  where,
} from './lowering.ts';

type TensorType = Exclude<ValueType, 'int64'>;

const typeOf = ({ type }: Value) => type as TensorType;

/** One number everywhere. */
export const spread = (builder: GraphBuilder, x: Value, shape: readonly number[]): Value =>
  builder.node('Expand', [x, builder.int64(shape)], { shape, type: x.type });

/** A choice between two numbers; ONNX Runtime chooses no booleans. */
function chosen(builder: GraphBuilder, condition: Value, yes: number, no: number, type: TensorType): Value {
  if (yes === 1 && no === 0) return converted(builder, condition, type);
  const through = type === 'bool' ? 'int32' : type;
  return converted(builder, where(builder, condition, builder.scalar(yes, through), builder.scalar(no, through)), type);
}

/** The rows of a tensor at a list of places. */
export const rowsAt = (builder: GraphBuilder, rows: Value, places: Value): Value =>
  builder.node('Gather', [rows, places], {
    shape: [...places.shape, ...rows.shape.slice(1)],
    type: rows.type,
    attributes: { axis: 0 },
  });

/** tfjs checks and describes the shapes. */
const gather: Lowering<tfjs.GatherV2Attrs> = (builder, inputs, { axis, batchDims = 0 }) => {
  const [x, indices] = [required(inputs, 'x'), required(inputs, 'indices')];
  const positive = tf.util.parseAxisParam(axis, [...x.shape])[0]!;
  const described = [x, indices].map(({ shape }) => ({ shape: [...shape], rank: shape.length }));
  const info = tf.backend_util.segment_util.collectGatherOpShapeInfo(
    described[0] as never,
    described[1] as never,
    positive,
    batchDims,
  );
  const shape = info.outputShape;
  if (!batchDims) return builder.node('Gather', [x, indices], { shape, type: x.type, attributes: { axis: positive } });
  const { batchSize: batch, outerSize: outer, dimSize: size, sliceSize: inner } = info;
  const count = elementCount(indices.shape) / batch;
  // all batches become one long axis, in which each begins `size` later
  const columns = transposed(builder, reshaped(builder, x, [batch, outer, size, inner]), [0, 2, 1, 3]);
  const starts = Array.from({ length: batch }, (_, i) => i * size);
  const places = reshaped(builder, indices, [batch, count]);
  const absolute = pairwise(builder, 'Add', places, builder.constant(starts, [batch, 1], 'int32'));
  const found = rowsAt(builder, reshaped(builder, columns, [batch * size, outer, inner]), absolute);
  return reshaped(builder, transposed(builder, found, [0, 2, 1, 3]), shape);
};

/** The positions of multi-axis indices in the rows that these axes span. */
function flatPlaces(builder: GraphBuilder, indices: Value, strides: readonly number[]): Value {
  const rank = strides.length;
  const count = elementCount(indices.shape) / rank;
  if (rank === 1) return reshaped(builder, indices, [count]);
  const scaled = pairwise(
    builder,
    'Mul',
    reshaped(builder, indices, [count, rank]),
    builder.constant(strides, [rank], 'int32'),
  );
  return builder.node('ReduceSum', [scaled, builder.int64([1])], {
    shape: [count],
    type: 'int32',
    attributes: { keepdims: 0 },
  });
}

/** The distance in rows between neighbours along each of the first axes. */
const strides = (sizes: readonly number[]) => sizes.map((_, i) => elementCount(sizes.slice(i + 1)));

const gatherNd: Lowering<unknown> = (builder, inputs) => {
  const [params, indices] = [required(inputs, 'params'), required(inputs, 'indices')];
  const rank = indices.shape.at(-1)!;
  const [outer, inner] = [params.shape.slice(0, rank), params.shape.slice(rank)];
  const rows = reshaped(builder, params, [elementCount(outer), elementCount(inner)]);
  const found = rowsAt(builder, rows, flatPlaces(builder, indices, strides(outer)));
  return reshaped(builder, found, [...indices.shape.slice(0, -1), ...inner]);
};

/**
 * Writes or adds rows at places, one after the other. ScatterElements keeps this order; with ScatterND, threads race
 * for a place that occurs twice.
 */
export function scattered(
  builder: GraphBuilder,
  base: Value,
  places: Value,
  rows: Value,
  reduction: 'none' | 'add',
): Value {
  const everywhere = spread(builder, reshaped(builder, places, [rows.shape[0]!, 1]), rows.shape);
  return builder.node('ScatterElements', [base, everywhere, rows], {
    shape: base.shape,
    type: base.type,
    attributes: { axis: 0, reduction },
  });
}

/** Rows scattered into a tensor of some shape, which is `base` elsewhere. */
function scatteredInto(
  builder: GraphBuilder,
  base: Value,
  indices: Value,
  updates: Value,
  reduction: 'none' | 'add',
): Value {
  const rank = indices.shape.length > 1 ? indices.shape.at(-1)! : 1;
  const [outer, inner] = [base.shape.slice(0, rank), base.shape.slice(rank)];
  const count = elementCount(indices.shape) / rank;
  const shape = [count, elementCount(inner)];
  const rows = updates.shape.length === 0 ? spread(builder, updates, shape) : reshaped(builder, updates, shape);
  const places = flatPlaces(builder, indices, strides(outer));
  const matrix = reshaped(builder, base, [elementCount(outer), elementCount(inner)]);
  return reshaped(builder, scattered(builder, matrix, places, rows, reduction), base.shape);
}

const scatterNd: Lowering<tfjs.ScatterNdAttrs> = (builder, inputs, { shape }) => {
  const updates = required(inputs, 'updates');
  const zeros = spread(builder, builder.scalar(0, typeOf(updates)), shape);
  return scatteredInto(builder, zeros, required(inputs, 'indices'), updates, 'add');
};

const tensorScatterUpdate: Lowering<unknown> = (builder, inputs) => {
  const [tensor, indices] = [required(inputs, 'tensor'), required(inputs, 'indices')];
  return scatteredInto(builder, tensor, indices, required(inputs, 'updates'), 'none');
};

const sparseToDense: Lowering<tfjs.SparseToDenseAttrs> = (builder, inputs, { outputShape }) => {
  const values = required(inputs, 'sparseValues');
  const preset = converted(builder, required(inputs, 'defaultValue'), values.type);
  const base = spread(builder, reshaped(builder, preset, []), outputShape);
  return scatteredInto(builder, base, required(inputs, 'sparseIndices'), values, 'none');
};

/** Segments outside the range go to a row of their own, which is cut off. */
const unsortedSegmentSum: Lowering<tfjs.UnsortedSegmentSumAttrs> = (builder, inputs, { numSegments }) => {
  const [x, ids] = [required(inputs, 'x'), required(inputs, 'segmentIds')];
  const rest = builder.scalar(numSegments, 'int32');
  const negative = pairwise(builder, 'Less', ids, builder.scalar(0, 'int32'), 'bool');
  const inside = where(builder, negative, rest, pairwise(builder, 'Min', ids, rest));
  const inner = x.shape.slice(ids.shape.length);
  const rows = reshaped(builder, x, [elementCount(ids.shape), elementCount(inner)]);
  const zeros = spread(builder, builder.scalar(0, typeOf(x)), [numSegments + 1, rows.shape[1]!]);
  const sums = scattered(builder, zeros, inside, rows, 'add');
  return reshaped(builder, sliced(builder, sums, [0, 0], [numSegments, rows.shape[1]!]), [numSegments, ...inner]);
};

/** ONNX counts negative indices from the end; tfjs gives them no place. */
const oneHot: Lowering<tfjs.OneHotAttrs> = (builder, inputs, { depth, onValue, offValue, dtype }) => {
  const indices = required(inputs, 'indices');
  const column = reshaped(builder, indices, [...indices.shape, 1]);
  const places = builder.constant(
    Array.from({ length: depth }, (_, i) => i),
    [depth],
    'int32',
  );
  const hot = pairwise(builder, 'Equal', column, places, 'bool');
  return chosen(builder, hot, onValue, offValue, dtype as TensorType);
};

/** The count, or total weight, of each number below `size` in each row. A negative number fails as in tfjs. */
function counted(
  builder: GraphBuilder,
  inputs: Readonly<Record<string, Value>>,
  { size, binaryOutput }: tfjs.DenseBincountAttrs,
  byRow: boolean,
) {
  const [x, weights] = [required(inputs, 'x'), required(inputs, 'weights')];
  const type = typeOf(weights);
  const [rows, columns] = byRow ? (x.shape as [number, number]) : [1, elementCount(x.shape)];
  const bins = size + 1; // the last one takes all larger numbers
  const bounded = pairwise(builder, 'Min', x, builder.scalar(size, 'int32'));
  const negative = pairwise(builder, 'Less', x, builder.scalar(0, 'int32'), 'bool');
  const refused = where(builder, negative, builder.scalar(rows * bins, 'int32'), bounded);
  const starts = Array.from({ length: rows }, (_, i) => i * bins);
  const absolute = pairwise(
    builder,
    'Add',
    reshaped(builder, refused, [rows, columns]),
    builder.constant(starts, [rows, 1], 'int32'),
  );
  const weighted = elementCount(weights.shape) > 0 && !binaryOutput;
  const amounts = weighted ? weights : spread(builder, builder.scalar(1, type), [rows * columns, 1]);
  const counts = scattered(
    builder,
    spread(builder, builder.scalar(0, type), [rows * bins, 1]),
    reshaped(builder, absolute, [rows * columns]),
    reshaped(builder, amounts, [rows * columns, 1]),
    binaryOutput ? 'none' : 'add',
  );
  const kept = sliced(builder, reshaped(builder, counts, [rows, bins]), [0, 0], [rows, size]);
  return reshaped(builder, kept, byRow ? [rows, size] : [size]);
}

/** x counts as one row, in any shape. */
const bincount: Lowering<tfjs.BincountAttrs> = (builder, inputs, { size }) =>
  counted(builder, inputs, { size, binaryOutput: false }, false);

/** tfjs knows no binary output of a single row. */
const denseBincount: Lowering<tfjs.DenseBincountAttrs> = (builder, inputs, { size, binaryOutput = false }) => {
  const byRow = required(inputs, 'x').shape.length === 2;
  return counted(builder, inputs, { size, binaryOutput: binaryOutput && byRow }, byRow);
};

const topK: Lowering<tfjs.TopKAttrs> = (builder, inputs, { k }) => {
  const x = required(inputs, 'x');
  const shape = x.shape.with(-1, k);
  const [values, places] = builder.nodes('TopK', [x, builder.int64([k])], [shape, shape], {
    type: [x.type, 'int64'],
  });
  return [values!, converted(builder, places!, 'int32')];
};

/** The number of elements of each sorted row that lie below each value, or not above it. */
const searchSorted: Lowering<tfjs.SearchSortedAttrs> = (builder, inputs, { side }) => {
  const [sorted, values] = [required(inputs, 'sortedSequence'), required(inputs, 'values')];
  const [batch, size] = sorted.shape as [number, number];
  const rows = reshaped(builder, sorted, [batch, 1, size]);
  const columns = reshaped(builder, values, [batch, values.shape[1]!, 1]);
  const before = pairwise(builder, side === 'left' ? 'Less' : 'LessOrEqual', rows, columns, 'bool');
  return builder.node('ReduceSum', [converted(builder, before, 'int32'), builder.int64([2])], {
    shape: values.shape,
    type: 'int32',
    attributes: { keepdims: 0 },
  });
};

const diagonal: Lowering<unknown> = (builder, inputs) => {
  const x = required(inputs, 'x');
  const size = elementCount(x.shape);
  const through = x.type === 'bool' ? 'int32' : typeOf(x);
  const eye = Array.from({ length: size * size }, (_, i) => (i % (size + 1) === 0 ? 1 : 0));
  const row = reshaped(builder, converted(builder, x, through), [1, size]);
  const zero = builder.scalar(0, through);
  const matrix = where(builder, builder.constant(eye, [size, size], 'bool'), row, zero);
  return reshaped(builder, converted(builder, matrix, x.type), [...x.shape, ...x.shape]);
};

export const indexing = {
  Bincount: bincount,
  DenseBincount: denseBincount,
  Diag: diagonal,
  GatherNd: gatherNd,
  GatherV2: gather,
  OneHot: oneHot,
  ScatterNd: scatterNd,
  SearchSorted: searchSorted,
  SparseToDense: sparseToDense,
  TensorScatterUpdate: tensorScatterUpdate,
  TopK: topK,
  UnsortedSegmentSum: unsortedSegmentSum,
} satisfies Lowerings;
