// Orthonormal columns from square matrices too, whose smallest singular value is often a small share of the others.
import { drawNormal, fold, key } from '@flowvae/random';
import { type Tensor3D, tf } from '@flowvae/tensor';
import { expect, it } from 'vitest';
import { orthogonalise } from '../../packages/flows/src/algebra/orthogonalise.ts';

/** Largest entry of QᵀQ − I over all matrices. */
const deviation = (make: () => Tensor3D) =>
  tf.tidy(() => {
    const q = orthogonalise(make());
    const gram = tf.matMul(q, q, true, false);
    return tf.max(tf.abs(tf.sub(gram, tf.eye(q.shape[2])))).dataSync()[0]!;
  });

// two of the 20 × 20 ones have a smallest singular value below 5e-5·‖A‖_F
it.each([
  [20, 500],
  [40, 100],
])('square Gaussian matrices of width %i, %i of them, to 1e-5', (dim, count) => {
  const values = drawNormal(fold(key(3), `${dim} ${dim}`), count * dim * dim);
  expect(deviation(() => tf.tensor3d(values, [count, dim, dim]))).toBeLessThan(1e-5);
});

it.each([1e-2, 1e-4, 3e-6])('40 × 40 with singular values from 1 down to %d, to 1e-5', (least) => {
  const dim = 40;
  /** I − 2·v·vᵀ/‖v‖² */
  const mirror = (seed: number) => {
    const v = tf.tensor2d(drawNormal(key(seed), dim), [dim, 1]);
    return tf.sub(tf.eye(dim), tf.mul(tf.matMul(v, v, false, true), tf.div(2, tf.sum(tf.square(v)))));
  };
  const singular = Array.from({ length: dim }, (_, i) => (i === 0 ? least : 1));
  const matrix = () => tf.matMul(tf.matMul(mirror(4), tf.diag(tf.tensor1d(singular))), mirror(5));
  expect(deviation(() => tf.expandDims(matrix(), 0))).toBeLessThan(1e-5);
});
