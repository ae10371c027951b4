// Products of batches that broadcast: each axis repeats by itself, as NumPy's matmul defines it. Eager TensorFlow.js is
// wrong here, so that the reference is written in loops.
import { compile } from '@flowvae/compiler';
import { tf } from '@flowvae/tensor';
import { expect, it } from 'vitest';

const numbers = (size: number, from: number) => Float32Array.from({ length: size }, (_, i) => from + i);
const sizeOf = (shape: readonly number[]) => shape.reduce((a, b) => a * b, 1);

/** The 2 x 2 matrix at a place of the broadcast batch. */
function matrixAt(values: Float32Array, batch: readonly number[], place: readonly number[]): Float32Array {
  const own = place.slice(place.length - batch.length);
  const index = batch.reduce((at, size, axis) => at * size + (own[axis]! % size), 0);
  return values.subarray(4 * index, 4 * index + 4);
}

/** Σ_k a[r, k]·b[k, s] at every place of the batch. */
function products(a: Float32Array, b: Float32Array, [batchA, batchB, batch]: readonly (readonly number[])[]): number[] {
  return Array.from({ length: sizeOf(batch!) }, (_, i) => {
    let rest = i;
    const place = batch!.toReversed().map((size) => {
      const at = rest % size;
      rest = Math.floor(rest / size);
      return at;
    });
    const [m, n] = [matrixAt(a, batchA!, place.toReversed()), matrixAt(b, batchB!, place.toReversed())];
    return [0, 1].flatMap((r) => [0, 1].map((s) => m[2 * r]! * n[s]! + m[2 * r + 1]! * n[2 + s]!));
  }).flat();
}

it.each([
  [
    [1, 3],
    [3, 3],
    [3, 3],
  ],
  [
    [3, 1],
    [3, 3],
    [3, 3],
  ],
  [
    [3, 3],
    [3, 1],
    [3, 3],
  ],
  [
    [3, 1],
    [1, 3],
    [3, 3],
  ],
  [[3], [2, 3], [2, 3]],
  [
    [2, 1, 3],
    [4, 1],
    [2, 4, 3],
  ],
])('a compiled product of batches %j and %j is that of every pair of matrices', async (batchA, batchB, batch) => {
  const [a, b] = [numbers(4 * sizeOf(batchA), 1), numbers(4 * sizeOf(batchB), -5)];
  const expected = products(a, b, [batchA, batchB, batch]);
  const product = compile(({ x, y }) => ({ z: tf.matMul(x!, y!) }));
  const run = await product.specialise({ x: [...batchA, 2, 2], y: [...batchB, 2, 2] });
  const { z } = await run.run({ x: a, y: b });
  expect([...z!]).toEqual(expected); // whole numbers, exact in float32
  await product.dispose();
});
