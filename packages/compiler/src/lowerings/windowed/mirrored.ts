// With stride 1 a convolution and the gradient for its input are one operation: reading a window is spreading over its
// mirror image. Runtimes pay for each channel under the windows they copy (Conv) or add up (ConvTranspose), so the side
// with fewer channels decides which operator is faster.
import type { Value } from '../../graph/graph.ts';
import type { GraphBuilder } from '../../graph/graph-builder.ts';
import { reversed, transposed } from '../lowering.ts';
import type { Convolution, WindowAxis } from './windows.ts';

/**
 * Reading windows costs more than spreading from as many times the channels on; measured on ONNX Runtime, with filters
 * that it knows beforehand and with others.
 */
const MORE_TO_READ = 4;

/** The same for the gradient, whose filters are never known beforehand. */
const MORE_TO_READ_IN_GRADIENTS = 2;

/** An axis of the mirrored windows. */
export const mirrored = (axis: WindowAxis): WindowAxis => ({
  ...axis,
  input: axis.output,
  output: axis.input,
  before: reach(axis) - axis.before,
  after: reach(axis) - axis.after,
});

/** From the first element of a window to its last. */
const reach = ({ size, dilation }: WindowAxis): number => (size - 1) * dilation;

const hasMirror = ({ depthwise, windows: { axes } }: Convolution): boolean =>
  !depthwise &&
  axes.every((axis) => axis.stride === 1 && axis.before <= reach(axis) && axis.after >= 0 && axis.after <= reach(axis));

/** Filters [..., C, O] for the other operator: [C, O, ...], every window in reverse. */
export function mirroredFilter(builder: GraphBuilder, filter: Value, { windows: { axes } }: Convolution): Value {
  const n = axes.length;
  const spatial = axes.map((_, i) => i);
  const turned = transposed(builder, filter, [n, n + 1, ...spatial]);
  const wide = spatial.filter((i) => axes[i]!.size > 1).map((i) => i + 2);
  return reversed(builder, turned, wide);
}

const channelsOf = ({ shape }: Value): readonly number[] => shape.slice(-2);

/** Whether a convolution by a filter [..., C, O] is faster as its outputs spread; never on a device, which gathers. */
export function isSpreadFaster({ isForDevice }: GraphBuilder, filter: Value, of: Convolution): boolean {
  if (isForDevice) return false;
  const [inputs, outputs] = channelsOf(filter) as [number, number];
  const isPoint = of.windows.axes.every(({ size }) => size === 1);
  return hasMirror(of) && !isPoint && inputs >= MORE_TO_READ * outputs;
}

/** Whether the gradient for a convolution's input is faster as windows over the gradient of its result. */
export function isGatheringFaster({ isForDevice }: GraphBuilder, filter: Value, of: Convolution): boolean {
  const [inputs, outputs] = channelsOf(filter) as [number, number];
  return hasMirror(of) && (isForDevice || outputs < MORE_TO_READ_IN_GRADIENTS * inputs);
}
