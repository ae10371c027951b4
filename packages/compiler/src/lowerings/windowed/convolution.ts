// Convolutions over any number of spatial axes and their two gradients. tfjs keeps channels last, ONNX first: hence the
// transpositions, which ONNX Runtime moves and cancels between neighbours.
import { sameShape, type Value } from '../../graph/graph.ts';
import type { GraphBuilder } from '../../graph/graph-builder.ts';
import { reshaped, sliced, transposed } from '../lowering.ts';
import { pictureFilterGradient } from './filter-gradient.ts';
import { isGatheringFaster, isSpreadFaster, mirrored, mirroredFilter } from './mirrored.ts';
import {
  type Convolution,
  channelsBack,
  channelsFirst,
  each,
  pads,
  type Windows,
  windowAttributes,
} from './windows.ts';

/** The operations after a convolution, before its axes return to the caller's order. */
export interface Finish {
  /** A bias for each output channel. */
  readonly bias?: Value | undefined;
  readonly activate?: (x: Value) => Value;
}

const leadingAxes = (count: number) => Array.from({ length: count }, (_, i) => i);

/**
 * Filters as ONNX wants them: [..., C, O] → [O, C, ...], depthwise [..., C, M] → [C·M, 1, ...]. The gradient for x
 * takes them alike.
 */
function onnxFilter(builder: GraphBuilder, filter: Value, { depthwise, windows: { axes } }: Convolution): Value {
  const n = axes.length;
  if (!depthwise) return transposed(builder, filter, [n + 1, n, ...leadingAxes(n)]);
  const perChannel = transposed(builder, filter, [n, n + 1, ...leadingAxes(n)]);
  return reshaped(builder, perChannel, [filter.shape[n]! * filter.shape[n + 1]!, 1, ...each(axes, 'size')]);
}

const groupsOf = (filter: Value, { depthwise, windows: { axes } }: Convolution) =>
  depthwise ? filter.shape[axes.length]! : 1;

/** y[b, o, c'] = Σ x[b, o·stride + k·dilation − padding, c]·filter[k, c, c']. */
export function convolved(builder: GraphBuilder, x: Value, filter: Value, of: Convolution, finish: Finish = {}): Value {
  const { windows } = of;
  const image = channelsFirst(builder, x, windows);
  const [operator, weights, axes] = isSpreadFaster(builder, filter, of)
    ? (['ConvTranspose', mirroredFilter(builder, filter, of), windows.axes.map(mirrored)] as const)
    : (['Conv', onnxFilter(builder, filter, of), windows.axes] as const);
  const group = groupsOf(filter, of);
  const channels = operator === 'Conv' ? weights.shape[0]! : weights.shape[1]!;
  const shape = [image.shape[0]!, channels, ...each(windows.axes, 'output')];
  const operands = finish.bias ? [image, weights, finish.bias] : [image, weights];
  const y = builder.node(operator, operands, {
    shape,
    type: 'float32',
    attributes: { ...windowAttributes(axes), group },
  });
  return channelsBack(builder, finish.activate?.(y) ?? y, windows);
}

/** The gradient for x of {@link convolved}: every dy spread over its window. */
export function inputGradient(builder: GraphBuilder, dy: Value, filter: Value, of: Convolution): Value {
  const { windows } = of;
  const { axes } = windows;
  const whole = channelsFirst(builder, dy, windows);
  // tfjs ignores elements that are no window's result
  const read = [...whole.shape.slice(0, 2), ...each(axes, 'output')];
  const image = sameShape(whole.shape, read)
    ? whole
    : sliced(
        builder,
        whole,
        read.map(() => 0),
        read,
      );
  const shape = [image.shape[0]!, filter.shape[axes.length]!, ...each(axes, 'input')];
  return channelsBack(builder, spreadOver(builder, image, filter, of, shape), windows);
}

/** dy [B, O, …] spread over the windows: dx [B, C, …] of a shape. */
function spreadOver(builder: GraphBuilder, dy: Value, filter: Value, of: Convolution, shape: readonly number[]): Value {
  const { axes } = of.windows;
  if (isGatheringFaster(builder, filter, of)) {
    const operands = [dy, mirroredFilter(builder, filter, of)];
    const attributes = { ...windowAttributes(axes.map(mirrored)), group: 1 };
    return builder.node('Conv', operands, { shape, type: 'float32', attributes });
  }
  const operands = [dy, onnxFilter(builder, filter, of)];
  // elements that no window reads get their place by ONNX's output padding
  const output_padding = each(axes, 'after').map((after) => Math.max(0, -after));
  const attributes = { ...windowAttributes(axes), group: groupsOf(filter, of), output_padding };
  return builder.node('ConvTranspose', operands, { shape, type: 'float32', attributes });
}

/** Pictures of fewer channels than this are faster as one picture for each channel, by measurement. */
const FEW_CHANNELS = 4;

/** The gradient for the filter of {@link convolved}. */
export function filterGradient(builder: GraphBuilder, x: Value, dy: Value, of: Convolution): Value {
  const { windows, depthwise } = of;
  const isOfPictures = windows.axes.length === 2 && windows.channelsLast && !depthwise && x.shape[3]! >= FEW_CHANNELS;
  return isOfPictures ? pictureFilterGradient(builder, x, dy, windows) : filterGradientByChannel(builder, x, dy, of);
}

/**
 * The gradient for a filter is a convolution too: channels and batch change places, dy is the
 * filter, and stride and dilation change places.
 */
function filterGradientByChannel(builder: GraphBuilder, x: Value, dy: Value, of: Convolution): Value {
  const { windows, depthwise } = of;
  const { axes } = windows;
  const [image, weights] = [x, dy].map((value) => batchLast(builder, value, windows));
  const [channels, batch] = image!.shape as [number, number];
  const outputs = weights!.shape[0]!;
  const sizes = axes.map(({ size, after, dilation }) => size + Math.max(0, Math.floor(-after / dilation)));
  const grouped = depthwise ? reshaped(builder, image!, [1, channels * batch, ...each(axes, 'input')]) : image!;
  const full = builder.node('Conv', [grouped, weights!], {
    shape: [depthwise ? 1 : channels, outputs, ...sizes],
    type: 'float32',
    attributes: {
      kernel_shape: each(axes, 'output'),
      strides: each(axes, 'dilation'),
      dilations: each(axes, 'stride'),
      pads: pads(axes),
      group: depthwise ? channels : 1,
    },
  });
  const wanted = [...full.shape.slice(0, 2), ...each(axes, 'size')];
  const exact = sizes.some((size, i) => size !== axes[i]!.size)
    ? sliced(
        builder,
        full,
        wanted.map(() => 0),
        wanted,
      )
    : full;
  const byChannel = reshaped(builder, exact, [channels, (full.shape[0]! * outputs) / channels, ...each(axes, 'size')]);
  return transposed(builder, byChannel, [...leadingAxes(axes.length).map((i) => i + 2), 0, 1]);
}

/** Channels to the front and the batch behind them: [B, …, C] → [C, B, …]. */
function batchLast(builder: GraphBuilder, x: Value, { channelsLast }: Windows): Value {
  const rank = x.shape.length;
  const spatial = leadingAxes(rank - 2);
  return channelsLast
    ? transposed(builder, x, [rank - 1, 0, ...spatial.map((i) => i + 1)])
    : transposed(builder, x, [1, 0, ...spatial.map((i) => i + 2)]);
}
