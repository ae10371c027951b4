// Kernels that read or write at places given by a tensor, running sums and products, and sequences.
import { type Tensor, type Tensor1D, type Tensor2D, tf } from '@flowvae/tensor';
import { BITS, DISCRETE, DISTINCT, integers, type KernelCase, one, SIGNED } from './kernel-case.ts';

const CUBE = [2, 3, 4];
const NO_GRADIENT = 'tfjs has none';

const int32 = (values: readonly number[], shape: readonly number[] = [values.length]) =>
  tf.tensor([...values], [...shape], 'int32');

const bits = (x: Tensor) => tf.cast(x, 'bool');

/** Integers that float32 does not hold. */
const large = (x: Tensor) => tf.add(integers(x), tf.scalar(2 ** 30, 'int32'));

const alternating = (shape: readonly number[]) =>
  Array.from({ length: shape.reduce((a, b) => a * b) }, (_, i) => [1, 0, 0, 1, 1][i % 5]!);

const gathers: readonly KernelCase[] = [
  ...['GatherV2', 'UnsortedSegmentSum'].flatMap((kernel) => [
    ...[0, 1, -1].map((axis) =>
      one(kernel, `axis ${axis}`, [CUBE, SIGNED], (x) => tf.gather(x, int32([1, 0, 1]), axis)),
    ),
    one(kernel, 'rows by a matrix', [[4, 2], SIGNED], (x) => tf.gather(x, int32([3, 0, 1, 1], [2, 2]))),
  ]),
  one('GatherV2', 'bool', [[5], BITS], (x) => tf.gather(bits(x), int32([4, 2, 2])), DISCRETE),
  one('GatherV2', 'large int32', [[9], SIGNED], (x) => tf.gather(large(x), int32([4, 8])), DISCRETE),
  one('GatherV2', 'nothing', [[3, 2], SIGNED], (x) => tf.gather(x, int32([])), 'empty'),
  ...(
    [
      [[2, 3, 4], 1, 1, [2, 2]],
      [[2, 3, 4], 2, 1, [2, 3]],
      [[2, 2, 3], 2, 2, [2, 2, 2]],
      [[2, 3, 2, 2], 2, 1, [2, 1, 2]],
    ] as const
  ).map(([shape, axis, batchDims, indices]) =>
    one(
      'GatherV2',
      `[${shape}] by [${indices}], axis ${axis}, ${batchDims} batch axes`,
      [shape, DISTINCT],
      (x) => tf.gather(x, int32(alternating(indices), indices), axis, batchDims),
      batchDims > 1 ? 'the gradient in tfjs knows one batch axis' : undefined,
    ),
  ),
  ...(
    [
      [
        [0, 1, 1, 0],
        [2, 2],
      ],
      [
        [1, 0, 1],
        [3, 1],
      ],
      [
        [1, 2, 3, 0, 0, 0],
        [1, 2, 3],
      ],
    ] as const
  ).map(([values, shape]) =>
    one('GatherNd', `by [${shape}]`, [CUBE, DISTINCT], (x) => tf.gatherND(x, int32(values, shape)), NO_GRADIENT),
  ),
  one('GatherNd', 'large int32', [[2, 3], SIGNED], (x) => tf.gatherND(large(x), int32([1, 2, 0, 0], [2, 2])), DISCRETE),
  one(
    'UnsortedSegmentSum',
    'segments outside the range',
    [[5, 2], DISTINCT],
    (x) => tf.unsortedSegmentSum(x, int32([2, -1, 0, 7, 2]) as Tensor1D, 3),
    'tfjs gathers it by the segments outside, too',
  ),
];

const TWICE = [1, 0, 1];

const scatters: readonly KernelCase[] = [
  one(
    'ScatterNd',
    'rows, one of them twice',
    [[3, 2], DISTINCT],
    (x) => tf.scatterND(int32(TWICE, [3, 1]), x, [4, 2]),
    NO_GRADIENT,
  ),
  one(
    'ScatterNd',
    'elements',
    [[2, 2], DISTINCT],
    (x) => tf.scatterND(int32([0, 1, 1, 0, 0, 1, 2, 2], [2, 2, 2]), x, [3, 3]),
    NO_GRADIENT,
  ),
  one(
    'ScatterNd',
    'large int32',
    [[3], SIGNED],
    (x) => tf.scatterND(int32([2, 0, 1], [3, 1]), large(x), [4]),
    DISCRETE,
  ),
  one(
    'TensorScatterUpdate',
    'rows',
    [[4, 2], SIGNED],
    (x) => tf.tensorScatterUpdate(tf.add(x, 0), int32([2, 0], [2, 1]), tf.slice(tf.mul(x, 2), [0, 0], [2, 2])),
    NO_GRADIENT,
  ),
  one(
    'TensorScatterUpdate',
    'bool',
    [[4], BITS],
    (x) => tf.tensorScatterUpdate(bits(x), int32([1, 3], [2, 1]), bits(tf.slice(x, [0], [2]))),
    DISCRETE,
  ),
  one(
    'SparseToDense',
    'with a default',
    [[3], DISTINCT],
    (x) => tf.sparseToDense(int32([4, 0, 2]), x, [6], tf.scalar(-1)),
    NO_GRADIENT,
  ),
  one(
    'SparseToDense',
    'a scalar everywhere',
    [[], [3]],
    (x) => tf.sparseToDense(int32([0, 1, 2, 0], [2, 2]), x, [3, 2], tf.scalar(0)),
    NO_GRADIENT,
  ),
  one(
    'SparseToDense',
    'int32, bool',
    [[2], [1, 0]],
    (x) => [
      tf.sparseToDense(int32([3, 1]), large(x), [5], tf.scalar(7, 'int32')),
      tf.sparseToDense(int32([3, 1]), bits(x), [5], tf.scalar(true, 'bool')),
    ],
    DISCRETE,
  ),
];

/** Small whole numbers, none negative. */
const counts = (x: Tensor) => tf.cast(tf.abs(tf.mul(x, 2)), 'int32');

const histograms: readonly KernelCase[] = [
  one('Bincount', 'counts', [[9], SIGNED], (x) => tf.bincount(counts(x) as Tensor1D, tf.tensor1d([]), 4), DISCRETE),
  one('Bincount', 'weights', [[9], SIGNED], (x) => tf.bincount(counts(x) as Tensor1D, x as Tensor1D, 5), DISCRETE),
  one(
    'DenseBincount',
    'counts',
    [[9], SIGNED],
    (x) => tf.denseBincount(counts(x) as Tensor1D, tf.tensor1d([]), 4),
    DISCRETE,
  ),
  ...[false, true].map((binary) =>
    one(
      'DenseBincount',
      `of rows${binary ? ', binary' : ''}`,
      [[3, 4], SIGNED],
      (x) => tf.denseBincount(counts(x) as Tensor2D, tf.tensor2d([], [0, 0]), 6, binary),
      DISCRETE,
    ),
  ),
  one(
    'DenseBincount',
    'of rows, weights',
    [[3, 4], SIGNED],
    (x) => tf.denseBincount(counts(x) as Tensor2D, integers(x) as Tensor2D, 3),
    DISCRETE,
  ),
  one(
    'OneHot',
    'some indices outside',
    [[5], [0, 2, -1, 1, 3]],
    (x) => [
      tf.oneHot(tf.cast(x, 'int32'), 3),
      tf.oneHot(tf.cast(x, 'int32'), 3, 5, -2, 'float32'),
      tf.oneHot(tf.cast(x, 'int32'), 3, 1, 0, 'bool'),
      tf.oneHot(tf.reshape(tf.cast(x, 'int32'), [5, 1]), 2, 0, 1, 'bool'),
    ],
    DISCRETE,
  ),
  one(
    'Diag',
    'of a list and a matrix',
    [[2, 3], SIGNED],
    (x) => [tf.diag(x), tf.diag(integers(x)), tf.diag(bits(x))],
    DISCRETE,
  ),
  ...['left', 'right'].map((side) =>
    one(
      'SearchSorted',
      side,
      [
        [2, 4],
        [-1, 0, 0, 2, -3, 1, 1, 5],
      ],
      (x) => [
        tf.searchSorted(x, tf.tensor2d([0, -5, 3, 1, 1, 9], [2, 3]), side as 'left'),
        tf.searchSorted(tf.cast(x, 'int32'), tf.tensor2d([0, -5, 3, 1, 1, 9], [2, 3], 'int32'), side as 'left'),
      ],
      DISCRETE,
    ),
  ),
  one(
    'TopK',
    'ties',
    [
      [2, 6],
      [1, 3, 3, 0, 2, 3, -1],
    ],
    (x) => Object.values(tf.topk(x, 4)),
    NO_GRADIENT,
  ),
  one('TopK', 'int32', [[7], SIGNED], (x) => Object.values(tf.topk(large(x), 3)), DISCRETE),
];

const MODES = [
  [false, false],
  [true, false],
  [false, true],
  [true, true],
] as const;

const scans = (kernel: string, scan: typeof tf.cumsum, noGradient?: string): KernelCase[] => [
  ...MODES.flatMap(([exclusive, reverse]) =>
    [0, 1, 2].map((axis) =>
      one(
        kernel,
        `axis ${axis}${exclusive ? ', exclusive' : ''}${reverse ? ', reverse' : ''}`,
        [CUBE, DISTINCT],
        (x) => scan(x, axis, exclusive, reverse),
        noGradient ?? (axis === 2 ? undefined : 'its shape is wrong in tfjs unless the axis is the last'),
      ),
    ),
  ),
  one(kernel, 'int32, bool', [[6], [1, 2, -1, 1, 2, 1]], (x) => [scan(integers(x)), scan(bits(x))], DISCRETE),
];

const sequences: readonly KernelCase[] = [
  one(
    'Range',
    'with x',
    [[2], SIGNED],
    (x) => [
      tf.add(tf.range(0, 2), x),
      tf.range(0.1, 1, 0.3),
      tf.range(5, 0, -2, 'int32'),
      tf.range(3, 1),
      tf.range(2, 2),
    ],
    DISCRETE,
  ),
  one('LinSpace', 'with x', [[4], SIGNED], (x) => [tf.add(tf.linspace(-1, 2, 4), x), tf.linspace(3, 0, 7)], DISCRETE),
  ...(
    [
      ['ij,jk->ik', [2, 3], [3, 4]],
      ['ij,jk->ki', [2, 3], [3, 4]],
      ['bij,bkj->bik', [2, 3, 4], [2, 2, 4]],
      ['ij,ij->', [2, 3], [2, 3]],
      ['i, j -> ij', [2], [3]],
    ] as const
  ).map(
    ([equation, a, b]): KernelCase => ({
      kernel: 'Einsum',
      name: equation,
      fn: (inputs) => tf.einsum(equation, inputs.a!, inputs.b!),
      inputs: { a: [a, DISTINCT], b: [b, SIGNED] },
      noGradient: NO_GRADIENT,
    }),
  ),
  one('Einsum', 'int32', [[2, 3], SIGNED], (x) => tf.einsum('ij->j', integers(x)), DISCRETE),
];

export const indexingCases: readonly KernelCase[] = [
  ...gathers,
  ...scatters,
  ...histograms,
  ...scans('Cumsum', tf.cumsum),
  ...scans('Cumprod', tf.cumprod, NO_GRADIENT),
  ...sequences,
];
