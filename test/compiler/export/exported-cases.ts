// Functions to export with a batch axis of any size: each needs something else computed from the batch size.
import type { ExportShapes, Traceable } from '@flowvae/compiler';
import { type Scalar, type Tensor, type Tensor1D, type Tensor2D, type Tensor4D, tf } from '@flowvae/tensor';

export interface ExportedCase {
  readonly name: string;
  readonly shapes: ExportShapes;
  readonly fn: Traceable;
  /** Axes of the outputs in the file, where an axis of any size is called by its name. */
  readonly outputs: Readonly<Record<string, readonly (number | string)[]>>;
}

/** Uneven numbers, the same in every run. */
export const waves = (length: number, phase = 0) =>
  Float32Array.from({ length }, (_, i) => 1.5 * Math.sin(3 * i + phase));

const weights = (rows: number, columns: number) => tf.tensor2d(waves(rows * columns, 1), [rows, columns]);
const matrix = (x: Tensor | undefined) => x as Tensor2D;

const meanSquare = (x: Tensor) => tf.mean(tf.square(tf.matMul(matrix(x), weights(4, 3)))) as Scalar;

export const exportedCases: readonly ExportedCase[] = [
  {
    name: 'a classifier: probabilities, the likeliest class, a comparison',
    shapes: { x: ['batch', 4] },
    fn: ({ x }) => {
      const logits = tf.add(tf.matMul(matrix(x), weights(4, 3)), tf.tensor1d([1, 2, 3]));
      return { probabilities: tf.softmax(logits), likeliest: tf.argMax(logits, 1), positive: tf.greater(logits, 0) };
    },
    outputs: { probabilities: ['batch', 3], likeliest: ['batch'], positive: ['batch', 3] },
  },
  {
    name: 'a mean over the batch and its gradients: a division by the count, a row sum',
    shapes: { x: ['batch', 4] },
    fn: ({ x }) => {
      const value = (b: Tensor) => meanSquare(tf.add(x!, b));
      const bias = tf.tensor1d([0.1, 0.2, 0.3, 0.4]);
      return { value: value(bias), forBias: tf.grad(value)(bias), forInput: tf.grad(meanSquare)(x!) };
    },
    outputs: { value: [], forBias: [4], forInput: ['batch', 4] },
  },
  {
    name: 'reshapes that multiply the batch or merge it with other axes',
    shapes: { x: ['n', 6] },
    fn: ({ x }) => ({
      rows: tf.reshape(x!, [-1, 2]),
      flat: tf.reshape(tf.square(x!), [-1]),
      leading: tf.expandDims(tf.neg(x!), 0),
    }),
    outputs: { rows: ['3*n', 2], flat: ['6*n'], leading: [1, 'n', 6] },
  },
  {
    name: 'tiled, padded, cut, joined, split and turned',
    shapes: { x: ['batch', 4] },
    fn: ({ x }) => {
      const [left, right] = tf.split(x!, 2, 1);
      return {
        tiled: tf.tile(x!, [2, 1]),
        padded: tf.pad(matrix(x), [
          [0, 0],
          [1, 2],
        ]),
        cut: tf.slice(x!, [0, 1], [-1, 2]),
        joined: tf.concat([right!, left!], 1),
        turned: tf.transpose(tf.exp(x!)),
        stacked: tf.stack([x!, tf.abs(x!)], 1),
      };
    },
    outputs: {
      tiled: ['2*batch', 4],
      padded: ['batch', 7],
      cut: ['batch', 2],
      joined: ['batch', 4],
      turned: [4, 'batch'],
      stacked: ['batch', 2, 4],
    },
  },
  {
    name: 'tensors of one number whose shape is the batch, also as outputs',
    shapes: { x: ['batch', 2] },
    fn: ({ x }) => ({
      ones: tf.ones(x!.shape),
      sevens: tf.fill([3, x!.shape[0]!], 7),
      count: tf.scalar(x!.shape[0]! * 2, 'int32'),
      both: tf.concat([x!, tf.zerosLike(x!)], 1),
    }),
    outputs: { ones: ['batch', 2], sevens: [3, 'batch'], count: [], both: ['batch', 4] },
  },
  {
    name: 'factors 1/B, 10/B and −1/(3B)',
    shapes: { x: ['batch', 3] },
    fn: ({ x }) => {
      const [rows, columns] = x!.shape as [number, number];
      return {
        inverse: tf.mul(x!, 1 / rows),
        ten: tf.mul(tf.sum(x!), 10 / rows),
        negative: tf.mul(x!, -1 / (rows * columns)),
      };
    },
    outputs: { inverse: ['batch', 3], ten: [], negative: ['batch', 3] },
  },
  {
    name: 'numbers that no longer scale by a whole number once they are multiplied out',
    shapes: { x: ['batch', 3] },
    fn: ({ x }) => ({ y: tf.mul(x!, tf.mul(tf.scalar(0.3), tf.neg(tf.scalar(1 / x!.shape[0]!)))) }),
    outputs: { y: ['batch', 3] },
  },
  {
    name: 'batched products, transposed',
    shapes: { x: ['batch', 2, 3], y: ['batch', 4, 3] },
    fn: ({ x, y }) => ({
      product: tf.matMul(x as Tensor, y as Tensor, false, true),
      turned: tf.matMul(y as Tensor, x as Tensor, false, true),
      both: tf.matMul(tf.matMul(x as Tensor, y as Tensor, false, true), x as Tensor, true, false),
    }),
    outputs: { product: ['batch', 2, 4], turned: ['batch', 4, 2], both: ['batch', 4, 3] },
  },
  {
    name: 'a batch in the second axis, and an input without it',
    shapes: { scale: [2, 1], x: [2, 'batch'] },
    fn: ({ x, scale }) => ({
      y: tf.sum(tf.mul(x!, scale!), 0),
      z: tf.broadcastTo(scale!, x!.shape as [number, number]),
    }),
    outputs: { y: ['batch'], z: [2, 'batch'] },
  },
  {
    name: 'softplus, sigmoid and their tails',
    shapes: { x: ['batch', 3] },
    fn: ({ x }) => ({ y: tf.softplus(tf.mul(x!, 40)), z: tf.sigmoid(tf.mul(x!, -30)), w: tf.log1p(tf.exp(x!)) }),
    outputs: { y: ['batch', 3], z: ['batch', 3], w: ['batch', 3] },
  },
  {
    name: 'a convolutional network and the gradients of its kernels and its input',
    shapes: { x: ['batch', 8, 8, 2] },
    fn: ({ x }) => {
      const [first, second] = [tf.tensor4d(waves(72), [3, 3, 2, 4]), tf.tensor4d(waves(108, 2), [3, 3, 4, 3])];
      const value = (image: Tensor, kernel: Tensor) => {
        const hidden = tf.relu(tf.conv2d(image as Tensor4D, kernel as Tensor4D, 2, 'same'));
        const pooled = tf.maxPool(tf.conv2d(hidden as Tensor4D, second, 1, 'same') as Tensor4D, 2, 2, 'valid');
        return tf.mean(tf.square(tf.avgPool(pooled as Tensor4D, 2, 2, 'valid'))) as Scalar;
      };
      const [forImage, forKernel] = tf.grads(value)([x!, first]);
      return { value: value(x!, first), forImage: forImage!, forKernel: forKernel! };
    },
    outputs: { value: [], forImage: ['batch', 8, 8, 2], forKernel: [3, 3, 2, 4] },
  },
  {
    name: 'a transposed and a depthwise convolution, an image resized, channels normalised',
    shapes: { x: ['batch', 4, 4, 2] },
    fn: ({ x }) => {
      const image = x as Tensor4D;
      const up = tf.conv2dTranspose(image, tf.tensor4d(waves(54), [3, 3, 3, 2]), [x!.shape[0]!, 8, 8, 3], 2, 'same');
      const deep = tf.depthwiseConv2d(image, tf.tensor4d(waves(36), [3, 3, 2, 2]), 1, 'same');
      const { mean, variance } = tf.moments(image, [0, 1, 2]);
      const normal = tf.batchNorm(image, mean as Tensor1D, variance as Tensor1D);
      return { up, deep, resized: tf.image.resizeBilinear(image, [6, 6]), normal };
    },
    outputs: {
      up: ['batch', 8, 8, 3],
      deep: ['batch', 4, 4, 4],
      resized: ['batch', 6, 6, 2],
      normal: ['batch', 4, 4, 2],
    },
  },
  {
    name: 'looked up, scattered, strided, sorted by size, summed up along an axis',
    shapes: { x: ['batch', 6] },
    fn: ({ x }) => ({
      taken: tf.gather(x!, tf.tensor1d([5, 0, 0], 'int32'), 1),
      every: tf.stridedSlice(x!, [0, 1], [x!.shape[0]!, 6], [1, 2]),
      summed: tf.cumsum(x!, 1),
      reversed: tf.reverse(x!, 1),
      classes: tf.oneHot(tf.cast(tf.argMax(x!, 1), 'int32'), 6),
    }),
    outputs: {
      taken: ['batch', 3],
      every: ['batch', 3],
      summed: ['batch', 6],
      reversed: ['batch', 6],
      classes: ['batch', 6],
    },
  },
];
