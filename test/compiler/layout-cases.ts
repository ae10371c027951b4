// Kernels that move, repeat, cut or make values.
import { type Tensor, type Tensor4D, tf } from '@flowvae/tensor';
import { BITS, DISCRETE, DISTINCT, integers, type KernelCase, one, SIGNED, unary } from './kernel-case.ts';

/** tf.broadcastTo tiles; the kernel of its name is reached by name only. */
function broadcastTo(x: Tensor, shape: number[]): Tensor {
  if (tf.getBackend() === 'cpu') return tf.broadcastTo(x, shape);
  return tf.engine().runKernel('BroadcastTo', { x }, { shape, inputShape: x.shape }) as Tensor;
}

const CUBE = [2, 3, 4];
const EMPTY = 'empty, or with a gradient of an empty tensor';
const PADDINGS: [number, number][] = [
  [1, 0],
  [1, 2],
];

/** The same in int32, beyond float32's exact numbers, and in bool. */
const typed = (kernel: string, f: (x: Tensor) => Tensor | Tensor[]): KernelCase[] => [
  one(kernel, 'int32', [[2, 3], SIGNED], (x) => f(tf.add(integers(x), tf.scalar(2 ** 30, 'int32'))), DISCRETE),
  one(kernel, 'bool', [[2, 3], BITS], (x) => f(tf.cast(x, 'bool')), DISCRETE),
];

type Masks = [
  beginMask?: number,
  endMask?: number,
  ellipsisMask?: number,
  newAxisMask?: number,
  shrinkAxisMask?: number,
];

/** Steps back and beyond the end, open ends, an ellipsis, new and dropped axes. */
const STRIDED: readonly (readonly [
  begin: readonly number[],
  end: readonly number[],
  strides: readonly number[],
  ...Masks,
])[] = [
  [
    [0, 1, 0],
    [3, 4, 5],
    [2, 2, 3],
  ],
  [
    [2, 3, 4],
    [0, 0, 1],
    [-1, -2, -1],
  ],
  [
    [-1, 0, 0],
    [-4, 4, 5],
    [-1, 1, 4],
  ],
  [[1, 1, 1], [2, 2, 2], [1, 1, 1], 1, 4],
  [[2, 0, 0], [0, 0, 0], [-1, -1, 2], 2, 7],
  [[1, 0], [2, 2], [1, 1], 0, 0, 1],
  [[0, 0, 1], [1, 0, 3], [1, 1, 1], 0, 0, 0, 2],
  [[1, 2, 0], [2, 3, 5], [1, 1, 1], 0, 0, 0, 0, 3],
  [
    [0, 0, 0],
    [3, 4, 5],
    [1, 1, 1],
  ],
];

const BLOCKS = [
  [
    [2, 4, 4, 3],
    [2, 2],
    [
      [0, 0],
      [0, 0],
    ],
  ],
  [
    [1, 5, 2, 2],
    [3, 2],
    [
      [1, 0],
      [1, 1],
    ],
  ],
  [[2, 3], [2], [[0, 1]]],
] as const;

export const layoutCases: readonly KernelCase[] = [
  one('BroadcastTo', 'row to matrix', [[3], SIGNED], (x) => broadcastTo(x, [2, 3]), 'called as a kernel'),
  one('BroadcastTo', 'scalar to cube', [[], [2]], (x) => broadcastTo(x, CUBE), 'called as a kernel'),
  ...[0, 1, -1].map((axis) =>
    one('Concat', `axis ${axis}`, [[2, 3], SIGNED], (x) => tf.concat([x, tf.mul(x, 2), tf.ones([2, 3])], axis)),
  ),
  ...[0, 1, 2, -1].map((axis) => one('ExpandDims', `axis ${axis}`, [[2, 3], SIGNED], (x) => tf.expandDims(x, axis))),
  one(
    'Fill',
    'added',
    [[2, 3], SIGNED],
    (x) => [tf.add(x, tf.fill([2, 3], -1.5)), tf.fill([2], 3, 'int32')],
    'a constant and int32',
  ),
  ...unary('Identity', (x) => tf.clone(x)),
  ...unary('OnesLike', (x) => tf.add(tf.onesLike(x), x)),
  ...unary('ZerosLike', (x) => tf.sub(tf.zerosLike(x), x)),
  ...[0, 1, 2, -1].map((axis) => one('Pack', `axis ${axis}`, [[2, 3], SIGNED], (x) => tf.stack([x, tf.neg(x)], axis))),
  one('PadV2', 'zeros', [[2, 3], SIGNED], (x) =>
    tf.pad(x, [
      [1, 0],
      [0, 2],
    ]),
  ),
  one('PadV2', 'a value', [[2], SIGNED], (x) => tf.pad(x, [[2, 1]], -7)),
  one('Reshape', 'to a cube and back', [[4, 6], DISTINCT], (x) => tf.mul(tf.reshape(tf.reshape(x, CUBE), [4, -1]), x)),
  one('Reshape', 'to a scalar', [[1, 1], [3]], (x) => tf.reshape(x, [])),
  ...[[0], [1], [0, 2], [-1]].map((dims) =>
    one('Reverse', `axes ${dims}`, [CUBE, DISTINCT], (x) => tf.reverse(x, dims)),
  ),
  one('Slice', 'with sizes', [CUBE, DISTINCT], (x) => tf.slice(x, [1, 0, 1], [1, 2, 2])),
  one('Slice', 'to the end', [CUBE, DISTINCT], (x) => tf.slice(x, [0, 1, 1], [-1, 1, -1])),
  one('Slice', 'by its first axis', [CUBE, DISTINCT], (x) => tf.slice(x, 1, 1)),
  one('Slice', 'without sizes', [CUBE, DISTINCT], (x) => tf.slice(x, [1, 1])),
  one('SplitV', 'in equal parts', [[4, 6], DISTINCT], (x) => tf.split(x, 3, 1)),
  one('SplitV', 'by sizes, last axis', [[4, 6], DISTINCT], (x) => tf.split(x, [1, 2, 3], -1)),
  one('Tile', 'both axes', [[2, 3], SIGNED], (x) => tf.tile(x, [2, 3])),
  one('Transpose', 'of a matrix', [[2, 3], SIGNED], (x) => tf.transpose(x)),
  one('Transpose', 'of a cube', [CUBE, DISTINCT], (x) => tf.transpose(x, [2, 0, 1])),
  ...[0, 1, -1].map((axis) => one('Unpack', `axis ${axis}`, [[2, 3], SIGNED], (x) => tf.unstack(x, axis))),
  ...typed('Concat', (x) => tf.concat([x, x], 1)),
  ...typed('PadV2', (x) => tf.pad(x, PADDINGS, 1)),
  ...typed('MirrorPad', (x) => tf.mirrorPad(x, PADDINGS, 'reflect')),
  ...typed('Tile', (x) => tf.tile(x, [2, 1])),
  ...typed('Reverse', (x) => tf.reverse(x, 1)),
  ...typed('Slice', (x) => tf.slice(x, [0, 1], [2, 1])),
  ...typed('SplitV', (x) => tf.split(x, [1, 2], 1)),
  ...typed('Transpose', (x) => tf.transpose(x)),
  ...typed('StridedSlice', (x) => tf.stridedSlice(x, [0, 2], [2, 0], [1, -1])),
  one('Concat', 'with nothing', [[2, 3], SIGNED], (x) => tf.concat([tf.zeros([0, 3]), x, tf.zeros([0, 3])]), EMPTY),
  one('Concat', 'of nothing', [[2, 0], []], (x) => tf.concat([x, x], 1), EMPTY),
  one('Pack', 'of nothing', [[0], []], (x) => tf.stack([x, x]), EMPTY),
  one('Transpose', 'of nothing', [[2, 0, 3], []], (x) => tf.transpose(x, [2, 0, 1]), EMPTY),
  one('Reshape', 'of nothing', [[2, 0, 3], []], (x) => tf.reshape(x, [0, 5]), EMPTY),
  one('Slice', 'to nothing', [[2, 3], SIGNED], (x) => tf.slice(x, [1, 0], [0, 2]), EMPTY),
  one('SplitV', 'with an empty part', [[3], SIGNED], (x) => tf.split(x, [0, 3]), EMPTY),
  one('Tile', 'to nothing', [[2, 3], SIGNED], (x) => tf.tile(x, [0, 2]), EMPTY),
  one('Reverse', 'of a number', [[], [3]], (x) => tf.reverse(x)),
  ...(['reflect', 'symmetric'] as const).map((mode) =>
    one('MirrorPad', mode, [[3, 4], DISTINCT], (x) => tf.mirrorPad(x, PADDINGS, mode)),
  ),
  ...STRIDED.map(([begin, end, strides, ...masks]) =>
    one(
      'StridedSlice',
      `${begin} to ${end} by ${strides}, masks ${masks}`,
      [[3, 4, 5], DISTINCT],
      (x) => tf.stridedSlice(x, [...begin], [...end], [...strides], ...masks),
      'tfjs has none',
    ),
  ),
  ...BLOCKS.flatMap(([shape, block, paddings]) =>
    ['SpaceToBatchND', 'BatchToSpaceND'].map((kernel) =>
      one(kernel, `[${shape}] in blocks of [${block}], padded ${paddings}`, [shape, DISTINCT], (x) => {
        const pairs = paddings.map((pair) => [...pair]);
        const dealt = tf.spaceToBatchND(x, [...block], pairs);
        return [dealt, tf.batchToSpaceND(tf.square(dealt), [...block], pairs)];
      }),
    ),
  ),
  one(
    'DepthToSpace',
    'blocks of 2',
    [[1, 2, 3, 8], DISTINCT],
    (x) => tf.depthToSpace(x as Tensor4D, 2, 'NHWC'),
    'tfjs has none',
  ),
  one(
    'FlipLeftRight',
    'two images',
    [[2, 2, 3, 2], DISTINCT],
    (x) => tf.image.flipLeftRight(x as Tensor4D),
    'tfjs has none',
  ),
];
