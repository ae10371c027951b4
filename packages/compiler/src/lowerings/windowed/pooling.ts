// Pools over any number of spatial axes and their gradients, channels first.
import { elementCount } from '@flowvae/tensor';
import type { Value } from '../../graph/graph.ts';
import type { GraphBuilder } from '../../graph/graph-builder.ts';
import { converted, elementwise, padded, pairwise, reshaped, reversed, sliced, where } from '../lowering.ts';
import { each, pads, type WindowAxis, windowAttributes } from './windows.ts';

type Axes = readonly WindowAxis[];

const INT32_LOWEST = -(2 ** 31);
const FLOAT32_LOWEST = -3.4028234663852886e38;

const outputShape = (image: Value, axes: Axes) => [...image.shape.slice(0, 2), ...each(axes, 'output')];

/** Padding along the spatial axes: all amounts before, then all behind. */
function paddedImage(builder: GraphBuilder, image: Value, amounts: readonly number[], value: number): Value {
  const n = image.shape.length - 2;
  const spatial = Array.from({ length: n }, (_, i) => [amounts[i]!, amounts[i + n]!] as const);
  return padded(builder, image, [[0, 0], [0, 0], ...spatial], value);
}

/** The same windows over an image that includes its padding. */
const unpadded = (axes: Axes): WindowAxis[] =>
  axes.map((axis) => ({
    ...axis,
    input: axis.input + axis.before + Math.max(0, axis.after),
    before: 0,
    after: Math.min(0, axis.after),
  }));

/** ONNX's pools refuse padding as wide as the window. */
const refusesPadding = (axes: Axes) => axes.some(({ before, after, size }) => Math.max(before, after) >= size);

interface Placed {
  readonly image: Value;
  readonly axes: Axes;
}

/** An image for maxima: NaN, which tfjs's maxima skip, is replaced, and padding that ONNX would refuse is added. */
function forMaximum(builder: GraphBuilder, x: Value, axes: Axes): Placed {
  const lowest = builder.scalar(Number.NEGATIVE_INFINITY);
  const unknown = elementwise(builder, 'IsNaN', x, { type: 'bool' });
  const image = where(builder, unknown, lowest, x);
  return refusesPadding(axes)
    ? { image: paddedImage(builder, image, pads(axes), Number.NEGATIVE_INFINITY), axes: unpadded(axes) }
    : { image, axes };
}

/** The maximum of every window. */
export function maxPooled(builder: GraphBuilder, x: Value, windows: Axes): Value {
  if (x.type === 'int32') return integerMaximum(builder, x, windows);
  const { image, axes } = forMaximum(builder, x, windows);
  const attributes = windowAttributes(axes);
  return builder.node('MaxPool', [image], { shape: outputShape(x, axes), type: 'float32', attributes });
}

/** ONNX Runtime pools no int32: the maximum over one slice for each place in the window. */
function integerMaximum(builder: GraphBuilder, x: Value, axes: Axes): Value {
  const image = paddedImage(builder, x, pads(axes), INT32_LOWEST);
  const steps = [1, 1, ...each(axes, 'stride')];
  const slices = places(axes).map((place) => {
    const begin = [0, 0, ...place];
    const end = begin.map((from, i) => (i < 2 ? x.shape[i]! : from + (axes[i - 2]!.output - 1) * steps[i]! + 1));
    return sliced(builder, image, begin, end, steps);
  });
  return slices.reduce((maximum, slice) => pairwise(builder, 'Max', maximum, slice));
}

/** Every place in the window, in order. */
const places = (axes: Axes): number[][] =>
  axes.reduce<number[][]>(
    (all, { size, dilation }) =>
      all.flatMap((place) => Array.from({ length: size }, (_, i) => [...place, i * dilation])),
    [[]],
  );

/**
 * The maxima and their places in the flat image. A window of NaN and −∞ only has a place outside the image, and its
 * maximum is −∞ or float32's lowest number.
 */
function maximaWithPlaces(builder: GraphBuilder, { image, axes }: Placed): [maxima: Value, places: Value] {
  const shape = outputShape(image, axes);
  const attributes = windowAttributes(axes);
  const type = ['float32', 'int64'] as const;
  return builder.nodes('MaxPool', [image], [shape, shape], { type, attributes }) as [Value, Value];
}

/** The gradient of {@link maxPooled}: every dy goes to the first of its window's maxima. */
export function firstMaximumGradient(builder: GraphBuilder, x: Value, dy: Value, windows: Axes): Value {
  const placed = forMaximum(builder, x, windows);
  const [maxima, found] = maximaWithPlaces(builder, placed);
  const known = pairwise(builder, 'Greater', maxima, builder.scalar(FLOAT32_LOWEST), 'bool');
  const flow = where(builder, known, dy, builder.scalar(0));
  const count = elementCount(placed.image.shape);
  const zeros = builder.node('Expand', [builder.scalar(0), builder.int64([count])], {
    shape: [count],
    type: 'float32',
  });
  const inside = builder.node('Max', [found, reshaped(builder, builder.int64([0]), [])], found);
  const flat = [inside, flow].map((value) => reshaped(builder, value, [elementCount(dy.shape)]));
  const attributes = { axis: 0, reduction: 'add' };
  const scattered = builder.node('ScatterElements', [zeros, ...flat], { shape: [count], type: 'float32', attributes });
  const dx = reshaped(builder, scattered, placed.image.shape);
  if (placed.axes === windows) return dx;
  const begin = [0, 0, ...each(windows, 'before')];
  return sliced(
    builder,
    dx,
    begin,
    begin.map((from, i) => from + x.shape[i]!),
  );
}

/** The same, but every dy goes to the last of its window's maxima, which is the first one of the reversed image. */
export function lastMaximumGradient(builder: GraphBuilder, x: Value, dy: Value, windows: Axes): Value {
  const unread = each(windows, 'after').map((after) => Math.max(0, -after));
  const read = x.shape.map((size, i) => (i < 2 ? size : size - unread[i - 2]!));
  const axes = windows.map((axis, i) => ({
    ...axis,
    input: read[i + 2]!,
    before: Math.max(0, axis.after),
    after: axis.before,
  }));
  const image = unread.some(Boolean)
    ? sliced(
        builder,
        x,
        read.map(() => 0),
        read,
      )
    : x;
  const fromBehind = [image, dy].map((value) => turned(builder, value));
  const dx = turned(builder, firstMaximumGradient(builder, fromBehind[0]!, fromBehind[1]!, axes));
  return unread.some(Boolean) ? paddedImage(builder, dx, [...unread.map(() => 0), ...unread], 0) : dx;
}

/** All spatial axes backwards. */
const turned = (builder: GraphBuilder, x: Value) =>
  reversed(
    builder,
    x,
    x.shape.slice(2).map((_, i) => i + 2),
  );

/**
 * Maxima with their places in tfjs's order of axes, (row·width + column)·C + channel, beginning anew for each image
 * unless `withBatch`.
 */
export function maxPooledWithPlaces(builder: GraphBuilder, x: Value, axes: Axes, withBatch: boolean): [Value, Value] {
  if (refusesPadding(axes)) throw new TypeError('maxPoolWithArgmax: expected padding smaller than the window');
  const [maxima, found] = maximaWithPlaces(builder, forMaximum(builder, x, axes));
  const [batch, channels, ...spatial] = x.shape as [number, number, ...number[]];
  const size = elementCount(spatial);
  const places = converted(builder, found, 'int32');
  const inChannel = pairwise(builder, 'Mod', places, builder.scalar(size, 'int32'));
  const scaled = pairwise(builder, 'Mul', inChannel, builder.scalar(channels, 'int32'));
  const starts = Array.from({ length: batch * channels }, (_, i) => {
    const image = withBatch ? Math.floor(i / channels) * size * channels : 0;
    return image + (i % channels);
  });
  const offsets = builder.constant(starts, [batch, channels, ...spatial.map(() => 1)], 'int32');
  return [maxima, pairwise(builder, 'Add', scaled, offsets)];
}

/** The mean of every window over its elements inside the image; `empty` is the count for a window without any. */
export function averagePooled(builder: GraphBuilder, x: Value, axes: Axes, empty: number): Value {
  const shape = outputShape(x, axes);
  if (!refusesPadding(axes)) {
    const { dilations: _, ...attributes } = windowAttributes(axes); // AveragePool knows no dilation before opset 19
    return builder.node('AveragePool', [x], {
      shape,
      type: 'float32',
      attributes: { ...attributes, count_include_pad: 0 },
    });
  }
  const counts = axes.map(insideCounts).reduce((a, b) => a.flatMap((m) => b.map((n) => m * n)));
  const totals = builder.constant(
    counts.map((count) => Math.max(count, empty)),
    [1, 1, ...each(axes, 'output')],
  );
  return pairwise(builder, 'Div', reshaped(builder, sums(builder, x, axes), shape), totals);
}

/** The sum of every window: a convolution with ones, for which no padding is too wide. */
function sums(builder: GraphBuilder, x: Value, axes: Axes): Value {
  const planes = x.shape[0]! * x.shape[1]!;
  const sizes = each(axes, 'size');
  const ones = builder.constant(new Array<number>(elementCount(sizes)).fill(1), [1, 1, ...sizes]);
  const image = reshaped(builder, x, [planes, 1, ...each(axes, 'input')]);
  const shape = [planes, 1, ...each(axes, 'output')];
  return builder.node('Conv', [image, ones], { shape, type: 'float32', attributes: windowAttributes(axes) });
}

/** The number of each window's elements inside one axis. */
const insideCounts = ({ input, output, size, stride, before }: WindowAxis): number[] =>
  Array.from({ length: output }, (_, i) => {
    const start = i * stride - before;
    return Math.max(0, Math.min(input, start + size) - Math.max(0, start));
  });

/**
 * The gradient of {@link averagePooled} as tfjs defines it: every dy, divided by the size of the window, is spread over
 * the window. Windows that reach into the padding are treated as whole.
 */
export function averageGradient(builder: GraphBuilder, dy: Value, axes: Axes): Value {
  const sizes = each(axes, 'size');
  const count = elementCount(sizes);
  const [batch, channels, ...outputs] = dy.shape as [number, number, ...number[]];
  const planes = reshaped(builder, dy, [batch * channels, 1, ...outputs]);
  const weights = builder.constant(new Array<number>(count).fill(1 / count), [1, 1, ...sizes]);
  const spread = builder.node('ConvTranspose', [planes, weights], {
    shape: [batch * channels, 1, ...each(axes, 'input')],
    type: 'float32',
    attributes: { ...windowAttributes(axes), output_padding: each(axes, 'after').map((after) => Math.max(0, -after)) },
  });
  return reshaped(builder, spread, [batch, channels, ...each(axes, 'input')]);
}
