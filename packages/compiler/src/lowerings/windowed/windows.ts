// How convolutions and pools cut windows out of the spatial axes, and the step between tfjs's order of axes and ONNX's.
import type { tf } from '@flowvae/tensor';
import type { Attribute, Value } from '../../graph/graph.ts';
import type { GraphBuilder } from '../../graph/graph-builder.ts';
import { transposed } from '../lowering.ts';

/** One spatial axis under a sliding window. */
export interface WindowAxis {
  readonly input: number;
  readonly output: number;
  /** Elements in the window. */
  readonly size: number;
  readonly stride: number;
  readonly dilation: number;
  /** Elements of padding before the first one. */
  readonly before: number;
  /** Elements of padding that the last window needs after the last element; below zero if the tail stays unread. */
  readonly after: number;
}

/** Windows over all spatial axes, and whether the channels come last. */
export interface Windows {
  readonly axes: readonly WindowAxis[];
  readonly channelsLast: boolean;
}

/** A convolution's windows, and whether each channel has filters of its own. */
export interface Convolution {
  readonly windows: Windows;
  /** Filters are [..., C, M], M for each channel, instead of [..., C, O]. */
  readonly depthwise: boolean;
}

type Axes<K extends keyof WindowAxis> = Readonly<Record<K, readonly number[]>>;

type Info2D = ReturnType<typeof tf.backend_util.computeConv2DInfo>;
type Info3D = ReturnType<typeof tf.backend_util.computeConv3DInfo>;

/** Windows of a 2-D convolution or pool as tfjs describes them. */
export const windows2D = (info: Info2D): Windows => ({
  axes: windowAxes({
    input: [info.inHeight, info.inWidth],
    output: [info.outHeight, info.outWidth],
    size: [info.filterHeight, info.filterWidth],
    stride: [info.strideHeight, info.strideWidth],
    dilation: [info.dilationHeight, info.dilationWidth],
    before: [info.padInfo.top, info.padInfo.left],
  }),
  channelsLast: info.dataFormat === 'channelsLast',
});

/** Windows of a 3-D convolution or pool as tfjs describes them. */
export const windows3D = (info: Info3D): Windows => ({
  axes: windowAxes({
    input: [info.inDepth, info.inHeight, info.inWidth],
    output: [info.outDepth, info.outHeight, info.outWidth],
    size: [info.filterDepth, info.filterHeight, info.filterWidth],
    stride: [info.strideDepth, info.strideHeight, info.strideWidth],
    dilation: [info.dilationDepth, info.dilationHeight, info.dilationWidth],
    before: [info.padInfo.front, info.padInfo.top, info.padInfo.left],
  }),
  channelsLast: info.dataFormat === 'channelsLast',
});

/** The padding behind follows from the number of windows, for both ways in which tfjs rounds it. */
function windowAxes(given: Axes<'input' | 'output' | 'size' | 'stride' | 'dilation' | 'before'>): WindowAxis[] {
  return given.input.map((input, i) => {
    const of = (list: readonly number[]) => list[i]!;
    const [output, size, stride] = [of(given.output), of(given.size), of(given.stride)];
    const [dilation, before] = [of(given.dilation), of(given.before)];
    const after = (output - 1) * stride + (size - 1) * dilation + 1 - input - before;
    return { input, output, size, stride, dilation, before, after };
  });
}

/** One field of all axes. */
export const each = (axes: readonly WindowAxis[], field: keyof WindowAxis): number[] => axes.map((axis) => axis[field]);

/** The padding in ONNX's order: all axes before, then all axes behind. */
export const pads = (axes: readonly WindowAxis[]): number[] => [
  ...each(axes, 'before'),
  ...each(axes, 'after').map((after) => Math.max(0, after)),
];

/** The attributes of an ONNX operator that slides these windows. */
export const windowAttributes = (axes: readonly WindowAxis[]): Record<string, Attribute> => ({
  kernel_shape: each(axes, 'size'),
  strides: each(axes, 'stride'),
  dilations: each(axes, 'dilation'),
  pads: pads(axes),
});

const range = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => from + i);

/** Moves channels to their ONNX position: [B, …, C] → [B, C, …]. */
export const channelsFirst = (builder: GraphBuilder, x: Value, { channelsLast }: Windows): Value => {
  const rank = x.shape.length;
  return channelsLast ? transposed(builder, x, [0, rank - 1, ...range(1, rank - 1)]) : x;
};

/** Moves channels back to the caller's position: [B, C, …] → [B, …, C]. */
export const channelsBack = (builder: GraphBuilder, x: Value, { channelsLast }: Windows): Value =>
  channelsLast ? transposed(builder, x, [0, ...range(2, x.shape.length), 1]) : x;
