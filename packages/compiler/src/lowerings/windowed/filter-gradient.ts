// The gradient for the filter of a convolution of pictures with their channels last.
import { sameShape, type Value } from '../../graph/graph.ts';
import type { GraphBuilder } from '../../graph/graph-builder.ts';
import { reshaped, reversed, sliced, transposed } from '../lowering.ts';
import { product } from '../products.ts';
import { channelsFirst, type WindowAxis, type Windows } from './windows.ts';

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
export function pictureFilterGradient(builder: GraphBuilder, x: Value, dy: Value, windows: Windows): Value {
  const { axes } = windows;
  if (isPointwise(axes) && dy.shape[1]! * dy.shape[2]! >= MANY_POINTS) return pointGradient(builder, x, dy, windows);
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

/** Pictures of fewer points are faster by a convolution, by measurement. */
const MANY_POINTS = 128;

const isPointwise = (axes: readonly WindowAxis[]) =>
  axes.every(({ size, stride, before, after }) => size === 1 && stride === 1 && before === 0 && after === 0);

/**
 * The gradient for a filter [1, 1, C, O], under which a picture is a list of P points: Σ_b x_b·dy_bᵀ of x_b [C, P] and
 * dy_b [O, P]. Channels come first, as ONNX Runtime's convolutions leave them, so that nothing moves.
 */
function pointGradient(builder: GraphBuilder, x: Value, dy: Value, windows: Windows): Value {
  const [a, b] = [x, dy].map((value) => {
    const image = channelsFirst(builder, value, windows);
    return reshaped(builder, image, [image.shape[0]!, image.shape[1]!, image.shape[2]! * image.shape[3]!]);
  }) as [Value, Value];
  const products = product(builder, a, b, { transA: false, transB: true });
  const shape = products.shape.slice(1);
  const sum = builder.node('ReduceSum', [products, builder.int64([0])], {
    shape,
    type: 'float32',
    attributes: { keepdims: 0 },
  });
  return reshaped(builder, sum, [1, 1, ...shape]);
}
