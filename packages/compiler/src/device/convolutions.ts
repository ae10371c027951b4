// Convolutions that ONNX Runtime 1.30 computes right on WebGPU. Conv goes wrong there for some numbers of channels
// (microsoft/onnxruntime#29651), and so does ConvTranspose, which it does not compute at all over three axes.
import type { Attribute, GraphNode, Value } from '../graph/graph.ts';
import type { GraphBuilder } from '../graph/graph-builder.ts';
import { padded, reshaped, reversed, transposed } from '../lowerings/lowering.ts';

type Numbers = readonly number[];

/** One spatial axis of a ConvTranspose. */
interface Axis {
  readonly size: number;
  readonly stride: number;
  readonly dilation: number;
  /** Zeros to be added before and after the elements that lie apart; below zero, elements to be cut off. */
  readonly before: number;
  readonly after: number;
}

/**
 * Elements spread over windows as windows over elements: between these lie stride − 1 zeros, around them as many as a
 * window reaches, and every window is mirrored.
 */
export function spreadByGathering(builder: GraphBuilder, operands: readonly Value[], node: GraphNode): Value {
  const [x, filter, ...bias] = operands as [Value, Value];
  const axes = axesOf(filter, node);
  const group = (node.attributes.group as number | undefined) ?? 1;
  const apart = zerosBetween(builder, x, axes);
  const image = padded(builder, apart, [none, none, ...axes.map(({ before, after }) => cut(before, after))], 0);
  const sides = (['before', 'after'] as const).flatMap((side) => axes.map((axis) => Math.max(0, axis[side])));
  return convolved(builder, [image, mirroredIn(builder, filter, group), ...bias], {
    shape: node.outputs[0]!.shape,
    attributes: {
      kernel_shape: axes.map(({ size }) => size),
      strides: axes.map(() => 1),
      dilations: axes.map(({ dilation }) => dilation),
      pads: sides,
      group,
    },
  });
}

/** Conv with a number of channels that is computed right. */
export const rightConvolution = (builder: GraphBuilder, operands: readonly Value[], node: GraphNode): Value =>
  convolved(builder, operands, { shape: node.outputs[0]!.shape, attributes: node.attributes });

interface Result {
  readonly shape: Numbers;
  readonly attributes: Readonly<Record<string, Attribute>>;
}

function convolved(builder: GraphBuilder, operands: readonly Value[], { shape, attributes }: Result): Value {
  const [x, filter, ...bias] = operands as [Value, Value];
  const [outputs, inputs] = filter.shape as [number, number];
  const isWrong = inputs === x.shape[1] && inputs % 3 === 0 && inputs % 4 !== 0 && inputs > 3 && outputs % 4 === 0;
  // channels of zeros, so that their number divides by four
  const filled = isWrong ? [x, filter].map((value) => withChannels(builder, value, 4 - (inputs % 4))) : [x, filter];
  return builder.node('Conv', [...filled, ...bias], { shape, type: 'float32', attributes });
}

const withChannels = (builder: GraphBuilder, value: Value, more: number): Value =>
  padded(
    builder,
    value,
    value.shape.map((_, axis) => [0, axis === 1 ? more : 0] as const),
    0,
  );

const none = [0, 0] as const;
const cut = (before: number, after: number) => [Math.min(0, before), Math.min(0, after)] as const;

function axesOf(filter: Value, { attributes }: GraphNode): readonly Axis[] {
  const { strides, dilations, pads, output_padding } = attributes as Readonly<Record<string, Numbers | undefined>>;
  const sizes = filter.shape.slice(2);
  return sizes.map((size, i) => {
    const [stride, dilation] = [strides?.[i] ?? 1, dilations?.[i] ?? 1];
    const reach = (size - 1) * dilation;
    const [cutBefore, cutAfter] = [pads?.[i] ?? 0, pads?.[sizes.length + i] ?? 0];
    // behind the last element lie the zeros of its stride, too
    const after = reach - cutAfter + (output_padding?.[i] ?? 0) - (stride - 1);
    return { size, stride, dilation, before: reach - cutBefore, after };
  });
}

/** x [B, C, n, …] → [B, C, n·stride, …], each element with the zeros of its stride behind it. */
function zerosBetween(builder: GraphBuilder, x: Value, axes: readonly Axis[]): Value {
  if (axes.every(({ stride }) => stride === 1)) return x;
  const [batch, channels, ...lengths] = x.shape as [number, number, ...number[]];
  const alone = reshaped(builder, x, [batch, channels, ...lengths.flatMap((length) => [length, 1])]);
  const behind = axes.flatMap(({ stride }) => [none, [0, stride - 1] as const]);
  const whole = padded(builder, alone, [none, none, ...behind], 0);
  return reshaped(builder, whole, [batch, channels, ...lengths.map((length, i) => length * axes[i]!.stride)]);
}

/** Filters [C, M/group, k, …] → [M, C/group, k, …], every window in reverse. */
function mirroredIn(builder: GraphBuilder, filter: Value, group: number): Value {
  const [inputs, outputs, ...sizes] = filter.shape as [number, number, ...number[]];
  const spatial = sizes.map((_, i) => i);
  const apart = reshaped(builder, filter, [group, inputs / group, outputs, ...sizes]);
  const turned = transposed(builder, apart, [0, 2, 1, ...spatial.map((i) => i + 3)]);
  const together = reshaped(builder, turned, [group * outputs, inputs / group, ...sizes]);
  const wide = spatial.filter((i) => sizes[i]! > 1).map((i) => i + 2);
  return reversed(builder, together, wide);
}
