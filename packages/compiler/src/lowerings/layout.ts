// Kernels that move, repeat, cut or make values without computing on them.
import { elementCount, tf, type tfjs } from '@flowvae/tensor';
import type { Value } from '../graph/graph.ts';
import type { GraphBuilder } from '../graph/graph-builder.ts';
import { listed } from './arithmetic.ts';
import {
  elementwise,
  type Lowering,
  type Lowerings,
  padded,
  required,
  reshaped,
  reversed,
  sliced,
  transposed,
} from './lowering.ts';

/** The new shapes that views, kernels which only reshape, give. The backend shares the elements' memory. */
export const views = {
  Identity: ({ x }: ViewInputs) => [...x!.shape],
  Reshape: ({ x }: ViewInputs, { shape }: tfjs.ReshapeAttrs) =>
    tf.util.inferFromImplicitShape(shape, elementCount(x!.shape)),
  ExpandDims: ({ input }: ViewInputs, { dim }: tfjs.ExpandDimsAttrs) => {
    const shape = [...input!.shape];
    tf.util.assert(dim >= -shape.length - 1, () => `expandDims: expected at least ${-shape.length - 1}, got ${dim}`);
    return shape.toSpliced(dim < 0 ? shape.length + dim + 1 : dim, 0, 1);
  },
} as const;

type ViewInputs = Readonly<Record<string, { readonly shape: readonly number[] } | undefined>>;

const identity: Lowering<unknown> = (builder, inputs) => elementwise(builder, 'Identity', required(inputs, 'x'));

const reshape: Lowering<tfjs.ReshapeAttrs> = (builder, inputs, attributes) =>
  reshaped(builder, required(inputs, 'x'), views.Reshape(inputs, attributes));

const expandDims: Lowering<tfjs.ExpandDimsAttrs> = (builder, inputs, attributes) =>
  reshaped(builder, required(inputs, 'input'), views.ExpandDims(inputs, attributes));

const transpose: Lowering<tfjs.TransposeAttrs> = (builder, inputs, { perm }) =>
  transposed(builder, required(inputs, 'x'), perm);

const tile: Lowering<tfjs.TileAttrs> = (builder, inputs, { reps }) => {
  const x = required(inputs, 'x');
  const shape = x.shape.map((size, i) => size * reps[i]!);
  return builder.node('Tile', [x, builder.int64(reps)], { shape, type: x.type });
};

const broadcastTo: Lowering<tfjs.BroadCastToAttrs> = (builder, inputs, { shape }) => {
  const x = required(inputs, 'x');
  return builder.node('Expand', [x, builder.int64(shape)], { shape, type: x.type });
};

const slice: Lowering<tfjs.SliceAttrs> = (builder, inputs, { begin, size }) => {
  const x = required(inputs, 'x');
  const image = { shape: [...x.shape], rank: x.shape.length } as never;
  const [from, shape] = tf.slice_util.parseSliceParams(image, begin, size) as [number[], number[]];
  tf.slice_util.assertParamsValid(image, from, shape);
  return sliced(
    builder,
    x,
    from,
    from.map((start, axis) => start + shape[axis]!),
  );
};

const concat: Lowering<tfjs.ConcatAttrs> = (builder, inputs, { axis }) => joined(builder, listed(inputs), axis);

/** Omits parts without elements if there are others. */
function joined(builder: GraphBuilder, all: readonly Value[], axis: number): Value {
  const positive = axis < 0 ? axis + all[0]!.shape.length : axis;
  tf.backend_util.assertParamsConsistent(
    all.map(({ shape }) => [...shape]),
    positive,
  );
  const full = all.filter(({ shape }) => elementCount(shape) > 0);
  const parts = full.length > 0 ? full : all;
  const shapes = parts.map(({ shape }) => [...shape]);
  const shape = tf.backend_util.computeOutShape(shapes, positive);
  return builder.node('Concat', parts, { shape, type: parts[0]!.type, attributes: { axis: positive } });
}

const split: Lowering<tfjs.SplitVAttrs> = (builder, inputs, { numOrSizeSplits, axis }) => {
  const x = required(inputs, 'x');
  const positive = axis < 0 ? axis + x.shape.length : axis;
  const sizes = tf.backend_util.prepareSplitSize({ shape: [...x.shape] } as never, numOrSizeSplits, positive);
  const shapes = sizes.map((size) => x.shape.with(positive, size));
  return builder.nodes('Split', [x, builder.int64(sizes)], shapes, { type: x.type, attributes: { axis: positive } });
};

/** `stack`: each part gets the new axis, then all are joined along it. */
const pack: Lowering<tfjs.PackAttrs> = (builder, inputs, { axis }) => {
  const terms = listed(inputs);
  for (const { shape, type } of terms) {
    tf.util.assertShapesMatch([...terms[0]!.shape], [...shape], 'stack: ');
    tf.util.assert(type === terms[0]!.type, () => `stack: expected ${terms[0]!.type}, got ${type}`);
  }
  const positive = axis < 0 ? axis + terms[0]!.shape.length + 1 : axis;
  const parts = terms.map((part) => reshaped(builder, part, part.shape.toSpliced(positive, 0, 1)));
  return joined(builder, parts, positive);
};

const unpack: Lowering<tfjs.UnpackAttrs> = (builder, inputs, { axis }) => {
  const x = required(inputs, 'value');
  const positive = axis < 0 ? axis + x.shape.length : axis;
  const sizes = new Array<number>(x.shape[positive]!).fill(1);
  const shapes = sizes.map(() => x.shape.with(positive, 1));
  const parts = builder.nodes('Split', [x, builder.int64(sizes)], shapes, {
    type: x.type,
    attributes: { axis: positive },
  });
  return parts.map((part) => reshaped(builder, part, x.shape.toSpliced(positive, 1)));
};

const pad: Lowering<tfjs.PadV2Attrs> = (builder, inputs, { paddings, constantValue }) =>
  padded(builder, required(inputs, 'x'), paddings, constantValue);

const reverse: Lowering<tfjs.ReverseAttrs> = (builder, inputs, { dims }) => {
  const x = required(inputs, 'x');
  return reversed(builder, x, tf.util.parseAxisParam(dims, [...x.shape]));
};

const filled = (builder: GraphBuilder, shape: readonly number[], value: number, dtype: string): Value => {
  const type = dtype === 'int32' || dtype === 'bool' ? dtype : 'float32';
  return builder.constant(new Array<number>(elementCount(shape)).fill(value), shape, type);
};

const fill: Lowering<tfjs.FillAttrs> = (builder, _, { shape, value, dtype }) => {
  if (typeof value === 'string') throw new TypeError('fill with a string: expected a number');
  return filled(builder, shape, Number(value), dtype ?? 'float32');
};

const like =
  (value: number): Lowering<unknown> =>
  (builder, inputs) => {
    const x = required(inputs, 'x');
    return filled(builder, x.shape, value, x.type);
  };

export const layout = {
  BroadcastTo: broadcastTo,
  Concat: concat,
  ExpandDims: expandDims,
  Fill: fill,
  Identity: identity,
  OnesLike: like(1),
  Pack: pack,
  PadV2: pad,
  Reshape: reshape,
  Reverse: reverse,
  Slice: slice,
  SplitV: split,
  Tile: tile,
  Transpose: transpose,
  Unpack: unpack,
  ZerosLike: like(0),
} satisfies Lowerings;
