// The eager backends: the wasm one borrows the kernels that it lacks, with the values of the plain one.
import { startEagerBackend, type Tensor, tf } from '@flowvae/tensor';
import { afterAll, expect, it } from 'vitest';

afterAll(() => startEagerBackend('cpu'));

const numbers = (count: number) => Array.from({ length: count }, (_, i) => Math.sin(i + 1));

/** A convolution's gradients by its input and its kernel, and two results of one kernel. */
async function found(backend: 'cpu' | 'wasm') {
  expect(await startEagerBackend(backend)).toBe(undefined);
  const x = tf.tensor4d(numbers(2 * 5 * 4 * 3), [2, 5, 4, 3]);
  const kernel = tf.tensor4d(numbers(3 * 3 * 3 * 2), [3, 3, 3, 2]);
  const loss = (a: Tensor, b: Tensor) => tf.sum(tf.square(tf.conv2d(a as typeof x, b as typeof kernel, 1, 'same')));
  const gradients = tf.grads(loss as never)([x, kernel]);
  const { values, indices } = tf.unique(tf.tensor1d([3, 1, 3]));
  const arrays = [...gradients, values, indices].map((tensor) => [...tensor.dataSync()]);
  tf.dispose([x, kernel, ...gradients, values, indices]);
  return arrays;
}

it('the wasm backend computes gradients of convolutions as the plain one, and keeps no more tensors', async () => {
  const plain = await found('cpu');
  const kept = async (backend: 'cpu' | 'wasm') => {
    const before = tf.memory().numTensors;
    await found(backend);
    return tf.memory().numTensors - before;
  };
  expect(await kept('wasm')).toBe(await kept('cpu'));
  const fast = await found('wasm');
  for (const [i, values] of plain.entries()) {
    expect(fast[i]).toHaveLength(values.length);
    for (const [j, value] of values.entries()) expect(Math.abs(fast[i]![j]! - value)).toBeLessThan(1e-4);
  }
  expect(plain[2]).toEqual([3, 1]);
});
