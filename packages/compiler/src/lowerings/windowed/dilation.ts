// Grey-scale dilation: the largest sum of an image and a filter in every window, and its gradients.
import { elementCount, tf, type tfjs } from '@flowvae/tensor';
import type { Value } from '../../graph/graph.ts';
import type { GraphBuilder } from '../../graph/graph-builder.ts';
import { rowsAt, scattered, spread } from '../indexing.ts';
import {
  type Inputs,
  type Lowering,
  type Lowerings,
  padded,
  pairwise,
  required,
  reshaped,
  sliced,
  where,
} from '../lowering.ts';
import { each, type WindowAxis, windows2D } from './windows.ts';

interface Dilation {
  readonly x: Value;
  readonly axes: readonly WindowAxis[];
  /** The result's shape, [B, …, C]. */
  readonly shape: readonly number[];
  /** The sums for each place in the window, in order. */
  readonly sums: readonly Value[];
}

function dilation(builder: GraphBuilder, inputs: Inputs, { strides, pad, dilations }: tfjs.Dilation2DAttrs): Dilation {
  const [x, filter] = [required(inputs, 'x'), required(inputs, 'filter')];
  const [batch, , , channels] = x.shape as [number, number, number, number];
  const [height, width] = filter.shape as [number, number];
  const info = tf.backend_util.computeDilation2DInfo(
    x.shape as [number, number, number, number],
    filter.shape as [number, number, number],
    strides,
    pad,
    'NHWC',
    dilations,
  );
  const { axes } = windows2D(info);
  const paddings = axes.map(({ before, after }) => [before, Math.max(0, after)] as const);
  const image = padded(builder, x, [[0, 0], ...paddings, [0, 0]], Number.NEGATIVE_INFINITY);
  const steps = [1, ...each(axes, 'stride'), 1];
  const sums = Array.from({ length: height * width }, (_, place) => {
    const at = [Math.floor(place / width), place % width];
    const begin = [0, ...axes.map(({ dilation: step }, i) => at[i]! * step), 0];
    const end = [batch, ...axes.map(({ output, stride }, i) => begin[i + 1]! + (output - 1) * stride + 1), channels];
    const weight = sliced(builder, filter, [...at, 0], [at[0]! + 1, at[1]! + 1, channels]);
    return pairwise(builder, 'Add', sliced(builder, image, begin, end, steps), reshaped(builder, weight, [channels]));
  });
  return { x, axes, shape: [batch, ...each(axes, 'output'), channels], sums };
}

/** The place of the largest sum in each window, the first one among equals. */
function maximumPlaces(builder: GraphBuilder, sums: readonly Value[]): Value {
  const first = { best: sums[0]!, place: builder.constant([0], [1, 1, 1, 1], 'int32') };
  const last = sums.slice(1).reduce(({ best, place }, sum, i) => {
    const better = pairwise(builder, 'Greater', sum, best, 'bool');
    return {
      best: where(builder, better, sum, best),
      place: where(builder, better, builder.scalar(i + 1, 'int32'), place),
    };
  }, first);
  return spread(builder, last.place, sums[0]!.shape);
}

const dilation2D: Lowering<tfjs.Dilation2DAttrs> = (builder, inputs, attributes) =>
  dilation(builder, inputs, attributes).sums.reduce((maximum, sum) => pairwise(builder, 'Max', maximum, sum));

/** Adds every dy to the element of a tensor that a flat index names. */
function collected(builder: GraphBuilder, dy: Value, indices: Value, shape: readonly number[]): Value {
  const count = elementCount(dy.shape);
  const zeros = spread(builder, builder.scalar(0), [elementCount(shape), 1]);
  const rows = reshaped(builder, dy, [count, 1]);
  return reshaped(builder, scattered(builder, zeros, reshaped(builder, indices, [count]), rows, 'add'), shape);
}

/**
 * Adds every dy to the element of x with the largest sum: the window's corner plus the place's offset, clamped to the
 * image.
 */
const inputGradient: Lowering<tfjs.Dilation2DAttrs> = (builder, inputs, attributes) => {
  const { x, axes, shape, sums } = dilation(builder, inputs, attributes);
  const [batch, height, width, channels] = x.shape as [number, number, number, number];
  const [rows, columns] = axes as [WindowAxis, WindowAxis];
  const places = maximumPlaces(builder, sums);
  const index = (along: WindowAxis, axis: 1 | 2, offsets: readonly number[]) => {
    const offset = rowsAt(builder, builder.constant(offsets, [offsets.length], 'int32'), places);
    const corners = Array.from({ length: along.output }, (_, i) => i * along.stride - along.before);
    const corner = builder.constant(corners, axis === 1 ? [corners.length, 1, 1] : [corners.length, 1], 'int32');
    const bounds = [0, along.input - 1].map((bound) => builder.scalar(bound, 'int32'));
    const sum = pairwise(builder, 'Add', offset, corner);
    return builder.node('Clip', [sum, ...bounds], { shape: sum.shape, type: 'int32' });
  };
  const all = sums.map((_, place) => place);
  const row = index(
    rows,
    1,
    all.map((place) => Math.floor(place / columns.size) * rows.dilation),
  );
  const column = index(
    columns,
    2,
    all.map((place) => (place % columns.size) * columns.dilation),
  );
  const starts = Array.from({ length: batch * channels }, (_, i) => {
    const image = Math.floor(i / channels);
    return image * height * width * channels + (i % channels);
  });
  const scaled = (value: Value, factor: number) => pairwise(builder, 'Mul', value, builder.scalar(factor, 'int32'));
  const inImage = pairwise(builder, 'Add', scaled(row, width * channels), scaled(column, channels));
  const flat = pairwise(builder, 'Add', inImage, builder.constant(starts, [batch, 1, 1, channels], 'int32'));
  return collected(builder, reshaped(builder, required(inputs, 'dy'), shape), flat, x.shape);
};

/** Every dy to the element of the filter in the largest sum. */
const filterGradient: Lowering<tfjs.Dilation2DAttrs> = (builder, inputs, attributes) => {
  const { shape, sums } = dilation(builder, inputs, attributes);
  const filter = required(inputs, 'filter');
  const channels = filter.shape[2]!;
  const places = pairwise(builder, 'Mul', maximumPlaces(builder, sums), builder.scalar(channels, 'int32'));
  const channel = Array.from({ length: channels }, (_, i) => i);
  const flat = pairwise(builder, 'Add', places, builder.constant(channel, [channels], 'int32'));
  return collected(builder, reshaped(builder, required(inputs, 'dy'), shape), flat, filter.shape);
};

export const dilations = {
  Dilation2D: dilation2D,
  Dilation2DBackpropFilter: filterGradient,
  Dilation2DBackpropInput: inputGradient,
} satisfies Lowerings;
