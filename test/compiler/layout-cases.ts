// Kernels that move, repeat, cut or make values.
import { type Tensor, tf } from '@flowvae/tensor';
import { DISTINCT, type KernelCase, one, SIGNED, unary } from './kernel-case.ts';

/** tf.broadcastTo tiles; the kernel of its name is reached by name only. */
function broadcastTo(x: Tensor, shape: number[]): Tensor {
  if (tf.getBackend() === 'cpu') return tf.broadcastTo(x, shape);
  return tf.engine().runKernel('BroadcastTo', { x }, { shape, inputShape: x.shape }) as Tensor;
}

const CUBE = [2, 3, 4];

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
  ...[0, 1, -1].map((axis) =>
    one(
      'GatherV2',
      `axis ${axis}`,
      [CUBE, SIGNED],
      (x) => tf.gather(x, tf.tensor1d([1, 0, 1], 'int32'), axis),
      'UnsortedSegmentSum',
    ),
  ),
  one(
    'GatherV2',
    'rows by a matrix',
    [[4, 2], SIGNED],
    (x) => tf.gather(x, tf.tensor2d([3, 0, 1, 1], [2, 2], 'int32')),
    'UnsortedSegmentSum',
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
];
