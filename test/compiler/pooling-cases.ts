// Pools: odd sizes, uneven padding, windows that overlap or leave gaps, ties, NaN and integers.
import { type Tensor, type Tensor3D, type Tensor4D, type Tensor5D, tf } from '@flowvae/tensor';
import { DISCRETE, DISTINCT, integers, type KernelCase, one, SIGNED } from './kernel-case.ts';

type Shape = readonly number[];
type Padding = Parameters<typeof tf.maxPool>[3];
type Pool = (x: Tensor, size: number | [number, number], strides: number | [number, number], pad: Padding) => Tensor;

const maxPool: Pool = (x, size, strides, pad) => tf.maxPool(x as Tensor4D, size, strides, pad);
const avgPool: Pool = (x, size, strides, pad) => tf.avgPool(x as Tensor4D, size, strides, pad);

const GEOMETRIES: readonly (readonly [x: Shape, ...rest: Parameters<Pool> extends [Tensor, ...infer R] ? R : never])[] =
  [
    [[2, 4, 6, 3], 2, 2, 'valid'],
    [[2, 5, 7, 3], 2, 2, 'same'],
    [[1, 7, 5, 2], 3, 2, 'same'],
    [[1, 6, 7, 1], [2, 3], [1, 2], 'valid'],
    [[2, 5, 6, 2], 3, 1, 'same'],
    [[1, 8, 5, 2], 2, 3, 'valid'],
    [[1, 5, 5, 2], 3, 2, 1],
    [[1, 3, 4, 3], 1, 1, 'same'],
    [
      [1, 4, 5, 2],
      3,
      2,
      [
        [0, 0],
        [0, 2],
        [1, 0],
        [0, 0],
      ],
    ],
  ];

const geometries = (kernel: string, pool: Pool, values: readonly number[]): KernelCase[] =>
  GEOMETRIES.map(([x, size, strides, pad]) =>
    one(kernel, `[${x}], size ${size}, strides ${strides}, pad ${pad}`, [x, values], (a) =>
      pool(a, size, strides, pad),
    ),
  );

/** Few values, so that most windows hold their maximum more than once. */
const TIES = [1, 0, 1, 1, 0];

/** The sign, and NaN at 0. */
const zeroOverZero = (x: Tensor) => tf.div(x, tf.abs(x));

const rounded = (kernel: string, pool: typeof tf.maxPool): KernelCase[] =>
  (['floor', 'round', 'ceil'] as const).map((rounding) =>
    one(
      kernel,
      `an odd rest, ${rounding}`,
      [[1, 6, 7, 2], DISTINCT],
      (x) => pool(x as Tensor4D, 3, 2, 0, rounding),
      'tfjs-cpu forgets how the size was rounded in the gradient of means',
    ),
  );

const cubes = (kernel: string, pool: typeof tf.maxPool3d, values: readonly number[]): KernelCase[] => [
  one(kernel, '3-D, size 2', [[1, 4, 5, 6, 2], values], (x) => pool(x as Tensor5D, 2, 2, 'valid')),
  one(kernel, '3-D, overlapping', [[2, 4, 5, 4, 1], values], (x) => pool(x as Tensor5D, 3, 2, 'same')),
  one(kernel, '3-D, a tail', [[1, 6, 4, 5, 1], values], (x) => pool(x as Tensor5D, 2, [3, 1, 2], 'valid')),
];

export const poolingCases: readonly KernelCase[] = [
  ...geometries('MaxPool', maxPool, DISTINCT),
  ...geometries('MaxPoolGrad', maxPool, TIES),
  ...geometries('AvgPool', avgPool, SIGNED),
  ...geometries('AvgPoolGrad', avgPool, DISTINCT),
  ...rounded('MaxPool', tf.maxPool),
  ...rounded('AvgPool', tf.avgPool),
  ...(['MaxPool', 'AvgPool'] as const).map((kernel) =>
    one(
      kernel,
      'padding wider than the window',
      [[1, 2, 3, 3], SIGNED],
      (x) => [1, 2].map((size) => (kernel === 'MaxPool' ? tf.maxPool : tf.avgPool)(x as Tensor4D, size, 2, 4 - size)),
      'infinite',
    ),
  ),
  one('MaxPoolGrad', 'padding as wide as the window', [[2, 3, 4, 2], TIES], (x) => tf.maxPool(x as Tensor4D, 2, 1, 2)),
  ...(['MaxPool', 'AvgPool'] as const).map((kernel) =>
    one(
      kernel,
      'as many windows of one element as elements, yet padding',
      [[2, 2, 3], SIGNED],
      (x) => (kernel === 'MaxPool' ? tf.maxPool : tf.avgPool)(x as Tensor3D, 1, 2, 1, 'floor'),
      'the gradient does not know this exception',
    ),
  ),
  one('MaxPool', 'of a single image', [[5, 4, 2], DISTINCT], (x) => tf.maxPool(x as Tensor3D, 2, 2, 'same')),
  one('MaxPool', 'int32', [[2, 5, 4, 2], DISTINCT], (x) => maxPool(integers(x), 3, 2, 'same'), DISCRETE),
  one(
    'MaxPool',
    'int32 beyond the exact integers of float32',
    [[1, 4, 4, 1], DISTINCT],
    (x) => maxPool(tf.add(integers(x), tf.scalar(2 ** 30, 'int32')), 2, 2, 'valid'),
    DISCRETE,
  ),
  one(
    'MaxPool',
    'NaN is passed over',
    [
      [1, 4, 6, 1],
      [0, 2, -1, 0, 0],
    ],
    (x) => maxPool(zeroOverZero(x), 2, 2, 'valid'),
    'not a number',
  ),
  one(
    'MaxPoolGrad',
    'windows of NaN and of −∞ take nothing',
    [
      [1, 4, 8, 1],
      [0, 0, 2, -1, 0, 0, 0, 3],
    ],
    (x) =>
      tf.grad((a: Tensor) => tf.mul(maxPool(a, 2, 2, 'valid'), tf.tensor4d([1, 2, 3, 4, 5, 6, 7, 8], [1, 2, 4, 1])))(
        zeroOverZero(x),
      ),
    'a gradient itself',
  ),
  one(
    'AvgPool',
    'NaN spreads',
    [
      [1, 4, 6, 1],
      [0, 2, -1, 1, 3],
    ],
    (x) => avgPool(zeroOverZero(x), 2, 2, 'valid'),
    'not a number',
  ),
  ...[false, true].map((withBatch) =>
    one(
      'MaxPoolWithArgmax',
      `places ${withBatch ? 'in the batch' : 'in each image'}`,
      [[2, 5, 4, 3], TIES],
      (x) => Object.values(tf.maxPoolWithArgmax(x as Tensor4D, 3, 2, 'same', withBatch)),
      'tfjs has none',
    ),
  ),
  ...cubes('MaxPool3D', tf.maxPool3d, DISTINCT),
  ...cubes('MaxPool3DGrad', tf.maxPool3d, TIES),
  ...cubes('AvgPool3D', tf.avgPool3d, SIGNED),
  ...cubes('AvgPool3DGrad', tf.avgPool3d, DISTINCT),
  ...(['max', 'avg'] as const).map((type) =>
    one(type === 'max' ? 'MaxPool' : 'AvgPool', 'dilated', [[1, 6, 6, 2], DISTINCT], (x) =>
      tf.pool(x as Tensor4D, 2, type, 'valid', 2),
    ),
  ),
];
