// The gradient for the filter of a convolution of pictures with their channels last.
import { sameShape, type Value } from '../../graph/graph.ts';
import type { GraphBuilder } from '../../graph/graph-builder.ts';
import { reshaped, reversed, sliced, transposed } from '../lowering.ts';
import type { WindowAxis, Windows } from './windows.ts';

/** One axis of the convolution whose results are the gradient. */
interface GradientAxis {
  /** Elements of the tensor that takes the filter's place. */
  readonly size: number;
  readonly stride: number;
  readonly dilation: number;
  readonly before: number;
  readonly after: number;
  /** Results; the wanted ones are the first. */
  readonly results: number;
}

/** x under windows that dy weights: stride and dilation change places. */
const underX = ({ output, stride, dilation, before, after, size }: WindowAxis): GradientAxis => ({
  size: output,
  stride: dilation,
  dilation: stride,
  before,
  after: Math.max(0, after),
  results: size + Math.max(0, Math.floor(-after / dilation)),
});

/** dy under windows that x weights, for stride 1: the results come in reverse. */
const underDy = ({ input, before, after, size }: WindowAxis): GradientAxis => ({
  size: input,
  stride: 1,
  dilation: 1,
  before: size - 1 - before,
  after: size - 1 - after,
  results: size,
});

const canChange = ({ stride, dilation, before, after, size }: WindowAxis) =>
  stride === 1 && dilation === 1 && before < size && after < size;

/**
 * The gradient for a filter [h, w, C, O] from x [B, H, W, C] and dy [B, H', W', O] is a convolution too, of a volume
 * (H, W, C) with the batch for channels, by filters [O, B, H', W', 1].
 *
 * Runtimes copy the elements under each window row by row. Here a row holds all channels; as pictures of one channel
 * each, a row would be as short as the filter is wide, and copying would take longer than multiplying. With stride 1
 * x and dy may change places: the one with fewer channels has less to copy.
 */
export function pictureFilterGradient(builder: GraphBuilder, x: Value, dy: Value, { axes }: Windows): Value {
  const size = axes.map((axis) => axis.size);
  const isSmaller = dy.shape[3]! < x.shape[3]!;
  if (isSmaller && axes.every(canChange)) {
    const byOutput = correlated(builder, dy, x, axes.map(underDy), size); // [C, h, w, O], h and w in reverse
    return reversed(builder, transposed(builder, byOutput, [1, 2, 0, 3]), [0, 1]);
  }
  return transposed(builder, correlated(builder, x, dy, axes.map(underX), size), [1, 2, 3, 0]);
}

/** Windows over a volume [B, H, W, M], weighted by a tensor [B, h, w, N], summed over the batch: [N, …size, M]. */
function correlated(
  builder: GraphBuilder,
  volume: Value,
  weights: Value,
  axes: readonly GradientAxis[],
  size: readonly number[],
): Value {
  const image = reshaped(builder, volume, [1, ...volume.shape]);
  const turned = transposed(builder, weights, [3, 0, 1, 2]);
  const filter = reshaped(builder, turned, [...turned.shape, 1]);
  const field = (name: keyof GradientAxis) => axes.map((axis) => axis[name]);
  const shape = [1, turned.shape[0]!, ...field('results'), volume.shape[3]!];
  const full = builder.node('Conv', [image, filter], {
    shape,
    type: 'float32',
    attributes: {
      kernel_shape: [...field('size'), 1],
      strides: [...field('stride'), 1],
      dilations: [...field('dilation'), 1],
      pads: [...field('before'), 0, ...field('after'), 0],
      group: 1,
    },
  });
  const wanted = [...shape.slice(0, 2), ...size, volume.shape[3]!];
  const exact = sameShape(shape, wanted)
    ? full
    : sliced(
        builder,
        full,
        wanted.map(() => 0),
        wanted,
      );
  return reshaped(builder, exact, wanted.slice(1));
}
