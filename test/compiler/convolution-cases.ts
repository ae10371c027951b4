// Convolutions, their fused forms and gradients: odd sizes, uneven padding, strides, dilations, both orders of the
// axes.
import { type Tensor, type Tensor3D, type Tensor4D, type Tensor5D, tf } from '@flowvae/tensor';
import { DISTINCT, type KernelCase, OTHER, SIGNED } from './kernel-case.ts';

type Shape = readonly number[];
type Call = (x: Tensor, filter: Tensor) => Tensor;

const NO_DILATED_GRADIENT = 'tfjs has no gradient of dilated convolutions';

const row = (kernel: string, name: string, x: Shape, filter: Shape, call: Call, noGradient?: string): KernelCase => ({
  kernel,
  name,
  fn: (inputs) => call(inputs.x!, inputs.filter!),
  inputs: { x: [x, SIGNED], filter: [filter, DISTINCT] },
  ...(noGradient === undefined ? {} : { noGradient }),
});

type Padding = Parameters<typeof tf.conv2d>[3];

/** Sizes that no stride divides, and windows that leave a tail unread. */
const GEOMETRIES: readonly (readonly [x: Shape, filter: Shape, strides: number | [number, number], pad: Padding])[] = [
  [[2, 5, 4, 3], [3, 3, 3, 2], 1, 'same'],
  [[2, 5, 4, 3], [3, 2, 3, 2], 1, 'valid'],
  [[1, 7, 6, 2], [3, 3, 2, 4], 2, 'same'],
  [[2, 6, 7, 1], [2, 3, 1, 2], [2, 3], 'valid'],
  [[1, 5, 8, 2], [2, 2, 2, 1], 3, 'valid'],
  [[1, 4, 4, 2], [3, 3, 2, 2], 1, 1],
  [[1, 5, 5, 1], [2, 4, 1, 2], 2, 3],
  [[2, 4, 4, 3], [1, 1, 3, 2], 1, 'same'],
  [[2, 5, 5, 3], [1, 1, 3, 2], 2, 'same'],
  // enough channels for the filter's gradient as a convolution of a volume: x or dy in it, strides, tails, wide padding
  [[2, 5, 4, 5], [3, 3, 5, 2], 1, 'same'],
  [[2, 5, 6, 6], [3, 2, 6, 4], 1, 'valid'],
  [[2, 5, 4, 4], [3, 3, 4, 6], 1, 'same'],
  [[1, 4, 4, 4], [2, 3, 4, 2], 1, 3],
  [[2, 7, 6, 4], [3, 3, 4, 5], 2, 'same'],
  [[1, 5, 8, 4], [2, 2, 4, 1], 3, 'valid'],
  // pictures of many points under a filter of one: their gradient for the filter is a product
  [[2, 12, 11, 4], [1, 1, 4, 3], 1, 'same'],
  [[3, 12, 11, 4], [1, 1, 4, 6], 1, 'valid'],
  // but not where the windows skip points, or read padding
  [[2, 23, 24, 4], [1, 1, 4, 3], 2, 'same'],
  [[1, 10, 11, 4], [1, 1, 4, 2], 1, 1],
  // few outputs beside the inputs: spread over mirrored windows, unless the padding is wider than a window
  [[2, 5, 4, 8], [3, 3, 8, 2], 1, 'same'],
  [[2, 5, 6, 5], [3, 2, 5, 1], 1, 'valid'],
  [[2, 5, 6, 4], [2, 4, 4, 1], 1, 'same'],
  [[1, 4, 3, 8], [2, 3, 8, 2], 1, 2],
  [[2, 5, 6, 8], [3, 3, 8, 2], 2, 'same'],
  [[2, 4, 4, 8], [1, 1, 8, 2], 1, 'same'],
];

const EXPLICIT: Padding = [
  [0, 0],
  [0, 2],
  [1, 0],
  [0, 0],
];

const nameOf = (x: Shape, filter: Shape, strides: unknown, pad: unknown) =>
  `[${x}] by [${filter}], strides ${strides}, pad ${pad}`;

const conv2d = (kernel: string): KernelCase[] => [
  ...GEOMETRIES.map(([x, filter, strides, pad]) =>
    row(kernel, nameOf(x, filter, strides, pad), x, filter, (a, w) =>
      tf.conv2d(a as Tensor4D, w as Tensor4D, strides, pad),
    ),
  ),
  row(kernel, 'explicit padding', [1, 4, 5, 2], [3, 2, 2, 3], (x, w) =>
    tf.conv2d(x as Tensor4D, w as Tensor4D, 2, EXPLICIT),
  ),
];

const conv2dForward: readonly KernelCase[] = [
  row(
    'Conv2D',
    'dilated',
    [2, 7, 6, 2],
    [3, 2, 2, 3],
    (x, w) => tf.conv2d(x as Tensor4D, w as Tensor4D, 1, 'same', 'NHWC', [2, 3]),
    NO_DILATED_GRADIENT,
  ),
  row(
    'Conv2D',
    'dilated, of few outputs',
    [2, 7, 6, 8],
    [3, 2, 8, 2],
    (x, w) => tf.conv2d(x as Tensor4D, w as Tensor4D, 1, 'same', 'NHWC', [2, 3]),
    NO_DILATED_GRADIENT,
  ),
  row('Conv2D', 'channels first, of few outputs', [2, 8, 5, 6], [3, 2, 8, 2], (x, w) =>
    tf.conv2d(x as Tensor4D, w as Tensor4D, 1, 'same', 'NCHW'),
  ),
  row('Conv2D', 'channels first', [2, 2, 5, 6], [3, 2, 2, 3], (x, w) =>
    tf.conv2d(x as Tensor4D, w as Tensor4D, 2, 'same', 'NCHW'),
  ),
  ...(['floor', 'round', 'ceil'] as const).map((rounding) =>
    row(
      'Conv2D',
      `an odd rest, ${rounding}`,
      [1, 6, 6, 1],
      [3, 3, 1, 2],
      (x, w) => tf.conv2d(x as Tensor4D, w as Tensor4D, 2, 0, 'NHWC', 1, rounding),
      'the gradients of tfjs forget how the size was rounded',
    ),
  ),
  row('Conv2D', 'of a single image', [5, 4, 2], [3, 3, 2, 2], (x, w) =>
    tf.conv2d(x as Tensor3D, w as Tensor4D, 1, 'same'),
  ),
  row('Conv2D', 'one axis', [2, 7, 2], [3, 2, 3], (x, w) => tf.conv1d(x as Tensor3D, w as Tensor3D, 2, 'same')),
];

const transposedCases: readonly KernelCase[] = [
  ...(
    [
      [[2, 3, 4, 2], [3, 3, 3, 2], [2, 5, 8, 3], 2, 'same'],
      [[1, 2, 2, 3], [2, 3, 1, 3], [1, 4, 5, 1], 2, 'valid'],
      [[1, 4, 4, 2], [3, 3, 3, 2], [1, 4, 4, 3], 1, 'same'],
      [[2, 3, 4, 5], [3, 3, 6, 5], [2, 6, 7, 6], 2, 1],
    ] as const
  ).map(([x, filter, output, strides, pad]) =>
    row('Conv2DBackpropInput', nameOf(x, filter, strides, pad), x, filter, (a, w) =>
      tf.conv2dTranspose(a as Tensor4D, w as Tensor4D, [...output], strides, pad),
    ),
  ),
];

const depthwiseConv2d =
  (strides: number, pad: 'same' | 'valid', dilations = 1) =>
  (x: Tensor, w: Tensor) =>
    tf.depthwiseConv2d(x as Tensor4D, w as Tensor4D, strides, pad, 'NHWC', dilations);

const depthwiseCases: readonly KernelCase[] = [
  row('DepthwiseConv2dNative', 'one filter a channel', [2, 5, 4, 3], [3, 3, 3, 1], depthwiseConv2d(1, 'same')),
  row('DepthwiseConv2dNative', 'two filters a channel', [2, 6, 5, 3], [2, 3, 3, 2], depthwiseConv2d(2, 'valid')),
  row(
    'DepthwiseConv2dNative',
    'dilated',
    [1, 7, 7, 2],
    [3, 2, 2, 2],
    depthwiseConv2d(1, 'same', 2),
    NO_DILATED_GRADIENT,
  ),
  row('DepthwiseConv2dNativeBackpropInput', 'stride 2', [1, 7, 6, 2], [3, 3, 2, 3], depthwiseConv2d(2, 'same')),
  row('DepthwiseConv2dNativeBackpropFilter', 'stride 3', [2, 8, 7, 2], [3, 2, 2, 3], depthwiseConv2d(3, 'valid')),
  {
    ...row('DepthwiseConv2dNative', 'separable', [2, 5, 5, 2], [3, 3, 2, 2], tf.add),
    fn: ({ x, filter, pointwise }) =>
      tf.separableConv2d(x as Tensor4D, filter as Tensor4D, pointwise as Tensor4D, 2, 'same'),
    inputs: { x: [[2, 5, 5, 2], SIGNED], filter: [[3, 3, 2, 2], DISTINCT], pointwise: [[1, 1, 4, 3], OTHER] },
  },
];

const conv3d: readonly KernelCase[] = [
  ...(['Conv3D', 'Conv3DBackpropInputV2', 'Conv3DBackpropFilterV2'] as const).flatMap((kernel) => [
    row(kernel, 'same', [1, 4, 5, 3, 2], [2, 3, 2, 2, 3], (x, w) => tf.conv3d(x as Tensor5D, w as Tensor5D, 1, 'same')),
    row(kernel, 'few outputs', [1, 3, 4, 3, 4], [2, 3, 2, 4, 1], (x, w) =>
      tf.conv3d(x as Tensor5D, w as Tensor5D, 1, 'same'),
    ),
    row(kernel, 'stride 2', [2, 5, 4, 6, 1], [3, 2, 3, 1, 2], (x, w) =>
      tf.conv3d(x as Tensor5D, w as Tensor5D, [2, 1, 2], 'valid'),
    ),
  ]),
  row(
    'Conv3D',
    'dilated',
    [1, 5, 6, 5, 2],
    [2, 2, 3, 2, 1],
    (x, w) => tf.conv3d(x as Tensor5D, w as Tensor5D, 1, 'same', 'NDHWC', 2),
    NO_DILATED_GRADIENT,
  ),
  row(
    'Conv3DBackpropInputV2',
    'transposed',
    [1, 2, 3, 2, 2],
    [3, 2, 3, 3, 2],
    (x, w) => tf.conv3dTranspose(x as Tensor5D, w as Tensor5D, [1, 4, 5, 4, 3], 2, 'same'),
    'tfjs has none for a transposed 3-D convolution',
  ),
];

type Fused = Omit<Parameters<typeof tf.fused.depthwiseConv2d>[0], 'x' | 'filter'>;

/** `bias` and `slopes` are shapes; both must broadcast to the result. */
function fused(kernel: string, name: string, options: Fused, bias?: Shape, slopes?: Shape): KernelCase {
  const depthwise = kernel === 'FusedDepthwiseConv2D';
  const call = depthwise ? tf.fused.depthwiseConv2d : tf.fused.conv2d;
  const known = options.dataFormat !== 'NCHW';
  return {
    kernel,
    name,
    fn: ({ x, filter, bias: b, slopes: alpha }) =>
      call({
        ...options,
        x: x as Tensor4D,
        filter: filter as Tensor4D,
        ...(b ? { bias: b } : {}),
        ...(alpha ? { preluActivationWeights: alpha } : {}),
      } as Parameters<typeof tf.fused.depthwiseConv2d>[0]),
    inputs: {
      x: [options.dataFormat === 'NCHW' ? [2, 2, 5, 4] : [2, 5, 4, 2], SIGNED],
      filter: [depthwise ? [3, 3, 2, 2] : [3, 3, 2, 4], DISTINCT],
      ...(bias ? { bias: [bias, OTHER] as const } : {}),
      ...(slopes ? { slopes: [slopes, [0.1, 0.3, -0.2, 0.5]] as const } : {}),
    },
    ...(known ? {} : { noGradient: 'tfjs composes it of unfused kernels, for NHWC only' }),
  };
}

type Conv = Parameters<typeof tf.fused.conv2d>[0];

const GEOMETRY: Fused = { strides: 1, pad: 'same' };

const fusedCases: readonly KernelCase[] = [
  ...(['linear', 'relu', 'relu6', 'elu', 'sigmoid', 'leakyrelu'] as const).flatMap((activation) =>
    ['FusedConv2D', 'FusedDepthwiseConv2D'].flatMap((kernel) => [
      fused(kernel, `${activation} with bias`, { ...GEOMETRY, activation, leakyreluAlpha: 0.3 }, [4]),
      fused(kernel, `${activation}, strides 2`, { strides: 2, pad: 'valid', activation, leakyreluAlpha: 0.3 }),
    ]),
  ),
  ...['FusedConv2D', 'FusedDepthwiseConv2D'].flatMap((kernel) => [
    fused(kernel, 'prelu with slopes a channel', { ...GEOMETRY, activation: 'prelu' }, [4], [4]),
    fused(kernel, 'prelu with slopes of all axes', { ...GEOMETRY, activation: 'prelu' }, undefined, [1, 1, 4]),
    fused(kernel, 'one bias for all channels', { ...GEOMETRY, activation: 'relu' }, [1]),
  ]),
  {
    ...fused('FusedConv2D', 'relu with bias, of few outputs', { ...GEOMETRY, activation: 'relu' }),
    inputs: { x: [[2, 5, 4, 8], SIGNED], filter: [[3, 3, 8, 2], DISTINCT], bias: [[2], OTHER] },
    fn: ({ x, filter, bias }) =>
      tf.fused.conv2d({ x: x as Tensor4D, filter: filter as Tensor4D, bias, ...GEOMETRY, activation: 'relu' } as Conv),
  },
  fused('FusedConv2D', 'channels first', { ...GEOMETRY, dataFormat: 'NCHW', activation: 'elu' }, [4]),
  fused('FusedConv2D', 'channels first, prelu', { ...GEOMETRY, dataFormat: 'NCHW', activation: 'prelu' }, [1], [4]),
];

export const convolutionCases: readonly KernelCase[] = [
  ...['Conv2D', 'Conv2DBackpropInput', 'Conv2DBackpropFilter'].flatMap(conv2d),
  ...conv2dForward,
  ...transposedCases,
  ...depthwiseCases,
  ...conv3d,
  ...fusedCases,
];
