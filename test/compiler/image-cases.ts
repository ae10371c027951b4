// Resizing and normalisation of images.
import { type Tensor, type Tensor1D, type Tensor3D, type Tensor4D, tf } from '@flowvae/tensor';
import { DISTINCT, integers, type KernelCase, OTHER, one, SIGNED } from './kernel-case.ts';

type Resize = typeof tf.image.resizeBilinear;

const HALF_PIXELS = "tfjs's gradient ignores half-pixel centres";
const SQUARE_ONLY = 'tfjs-cpu swaps height and width of this gradient';
const ONE_IMAGE = 'tfjs-cpu reads the wrong image of a batch in this gradient';

/** From and to; the gradients of tfjs-cpu hold for square images only where it blends. */
const SIZES = [
  [
    [2, 3, 3, 2],
    [6, 6],
  ],
  [
    [1, 5, 5, 1],
    [3, 7],
  ],
  [
    [2, 4, 4, 3],
    [4, 4],
  ],
  [
    [1, 3, 3, 2],
    [1, 5],
  ],
  [
    [1, 2, 5, 2],
    [7, 3],
  ],
] as const;

const resizes = (kernel: string, resize: Resize, blends: boolean): KernelCase[] =>
  SIZES.flatMap(([shape, size]) =>
    [
      [false, false],
      [true, false],
      [false, true],
    ].map(([alignCorners, halfPixelCenters]) => {
      const mode = alignCorners ? ', corners aligned' : halfPixelCenters ? ', half-pixel centres' : '';
      const unlike = blends ? shape[1] !== shape[2] && SQUARE_ONLY : shape[0] > 1 && ONE_IMAGE;
      const wrong = halfPixelCenters ? HALF_PIXELS : unlike || undefined;
      return one(
        kernel,
        `[${shape}] to [${size}]${mode}`,
        [shape, DISTINCT],
        (x) => resize(x as Tensor4D, [...size], alignCorners, halfPixelCenters),
        wrong,
      );
    }),
  );

const withHalfPixels = (kernel: string) => !kernel.endsWith('Grad');
const rows = (kernel: string, resize: Resize, blends: boolean) =>
  resizes(kernel, resize, blends).filter(({ noGradient }) => withHalfPixels(kernel) || noGradient === undefined);

type Moments = Readonly<Record<'mean' | 'variance' | 'offset' | 'scale', Tensor>>;

const batchNorm = (name: string, x: readonly number[], moments: readonly number[], parts: string): KernelCase => ({
  kernel: 'FusedBatchNorm',
  name,
  fn: (given) => {
    const { mean, variance, offset, scale } = given as unknown as Moments;
    return tf.batchNorm(given.x!, mean as Tensor1D, variance as Tensor1D, offset as Tensor1D, scale as Tensor1D, 0.01);
  },
  inputs: {
    x: [x, SIGNED],
    mean: [moments, OTHER],
    variance: [moments, [0.5, 2, 0.1, 4]],
    ...(parts.includes('offset') ? { offset: [moments, DISTINCT] as const } : {}),
    ...(parts.includes('scale') ? { scale: [moments, [1.5, -0.7, 0.2]] as const } : {}),
  },
  ...(parts === 'offset, scale' ? {} : { noGradient: 'tfjs differentiates with all parts only' }),
});

/** Where tfjs-cpu's gradient is wrong: put together from pieces for which it is right. */
function resizeGradient(resize: Resize, pieces: (x: Tensor4D) => Tensor4D[], whole: (parts: Tensor4D[]) => Tensor) {
  const gradientOf = tf.grad((x: Tensor) => tf.sum(tf.square(resize(x as Tensor4D, [5, 5]))));
  return (x: Tensor) =>
    tf.getBackend() === 'cpu'
      ? whole(pieces(x as Tensor4D).map((part) => gradientOf(part) as Tensor4D))
      : gradientOf(x);
}

/** tfjs-cpu computes the gradient of a wide image rightly and only names its axes in the wrong order. */
const wideGradient = (alignCorners: boolean) => (images: Tensor) => {
  const dy = tf.square(tf.image.resizeBilinear(images as Tensor4D, [7, 4], alignCorners));
  const gradient = tf.engine().runKernel('ResizeBilinearGrad', { images, dy }, { alignCorners });
  return tf.reshape(gradient as Tensor, images.shape);
};

/** Whole, inside, turned over, reaching out. */
const boxes = () => tf.tensor2d([0, 0, 1, 1, 0.13, 0.21, 0.77, 0.64, 0.9, 0.8, 0.1, 0.2, -0.5, 0.3, 1.7, 1.2], [4, 4]);

const DILATIONS = [
  [[2, 5, 4, 2], [2, 3, 2], 1, 'same', 1],
  [[1, 6, 7, 1], [3, 2, 1], 2, 'valid', 1],
  [[1, 7, 6, 2], [2, 2, 2], 1, 'same', 2],
] as const satisfies readonly (readonly [readonly number[], readonly number[], unknown, unknown, number])[];

export const imageCases: readonly KernelCase[] = [
  ...rows('ResizeBilinear', tf.image.resizeBilinear, true),
  ...rows('ResizeBilinearGrad', tf.image.resizeBilinear, true),
  ...rows('ResizeNearestNeighbor', tf.image.resizeNearestNeighbor, false),
  ...rows('ResizeNearestNeighborGrad', tf.image.resizeNearestNeighbor, false),
  one(
    'ResizeNearestNeighbor',
    'int32',
    [[1, 2, 3, 1], SIGNED],
    (x) => tf.image.resizeNearestNeighbor(integers(x) as Tensor4D, [4, 4]),
    'not float32',
  ),
  one(
    'ResizeBilinear',
    'int32',
    [[1, 2, 3, 1], SIGNED],
    (x) => tf.image.resizeBilinear(integers(x) as Tensor4D, [4, 4]),
    'not float32',
  ),
  ...[false, true].map((aligned) =>
    one(
      'ResizeBilinearGrad',
      `of a wide image${aligned ? ', corners aligned' : ''}`,
      [[1, 3, 5, 2], DISTINCT],
      wideGradient(aligned),
      'a gradient itself',
    ),
  ),
  one(
    'ResizeNearestNeighborGrad',
    'of a batch',
    [[3, 2, 4, 2], DISTINCT],
    resizeGradient(
      tf.image.resizeNearestNeighbor,
      (x) => tf.split(x, 3),
      (parts) => tf.concat(parts),
    ),
    'a gradient itself',
  ),
  one('ResizeBilinear', 'of a single image', [[3, 3, 2], SIGNED], (x) =>
    tf.image.resizeBilinear(x as Tensor3D, [5, 4]),
  ),
  batchNorm('all parts', [2, 3, 4], [4], 'offset, scale'),
  batchNorm('moments only', [2, 3, 2, 4], [4], ''),
  batchNorm('scale only', [5, 3], [3], 'scale'),
  batchNorm('moments of every element', [2, 3, 2, 2], [2, 3, 2, 2], 'offset, scale'),
  batchNorm('moments of every element, offset only', [3, 4], [3, 4], 'offset'),
  ...['LRN', 'LRNGrad'].flatMap((kernel) => [
    one(kernel, 'default', [[1, 2, 2, 5], SIGNED], (x) => tf.localResponseNormalization(x as Tensor4D)),
    one(kernel, 'radius 1', [[2, 2, 1, 7], DISTINCT], (x) =>
      tf.localResponseNormalization(x as Tensor4D, 1, 0.7, 0.3, 0.75),
    ),
  ]),
  ...DILATIONS.flatMap(([x, filter, strides, pad, rate]) =>
    ['Dilation2D', 'Dilation2DBackpropInput', 'Dilation2DBackpropFilter'].map(
      (kernel): KernelCase => ({
        kernel,
        name: `[${x}] by [${filter}], strides ${strides}, pad ${pad}, dilation ${rate}`,
        fn: (inputs) => tf.dilation2d(inputs.x as Tensor4D, inputs.filter as Tensor3D, strides, pad, rate),
        inputs: { x: [x, DISTINCT], filter: [filter, OTHER] },
      }),
    ),
  ),
  ...(['bilinear', 'nearest'] as const).flatMap((method) =>
    [
      [3, 4],
      [1, 1],
      [2, 7],
    ].map((size) =>
      one(
        'CropAndResize',
        `${method} to [${size}]`,
        [[2, 5, 4, 3], DISTINCT],
        (x) =>
          tf.image.cropAndResize(
            x as Tensor4D,
            boxes(),
            tf.tensor1d([0, 1, 1, 2], 'int32'),
            size as [number, number],
            method,
            -9,
          ),
        'tfjs has none',
      ),
    ),
  ),
  ...[0.3, -1.2].map((angle) =>
    one(
      'RotateWithOffset',
      `by ${angle}`,
      [[2, 5, 4, 4], DISTINCT],
      (x) => [
        tf.image.rotateWithOffset(x as Tensor4D, angle),
        tf.image.rotateWithOffset(x as Tensor4D, angle, [1, 2, 3], [0.2, 0.7]),
      ],
      'tfjs has none',
    ),
  ),
];
