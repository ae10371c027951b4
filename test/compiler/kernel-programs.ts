// The rows of the table of kernels as functions to compile: results and gradients by name.
import { type Tensor, tf } from '@flowvae/tensor';
import type { KernelCase } from './kernel-case.ts';

// tfjs's gradients of products and of gathering in batches call methods that core alone does not have.
Object.assign(tf.Tensor.prototype, {
  reshape(this: Tensor, shape: number[]) {
    return tf.reshape(this, shape);
  },
  slice(this: Tensor, begin: number, size: number) {
    return tf.slice(this, begin, size);
  },
  split(this: Tensor, count: number, axis: number) {
    return tf.split(this, count, axis);
  },
});

/** The arrays of a row's inputs. */
export function arraysOf({ inputs }: KernelCase): Record<string, Float32Array> {
  const filled = Object.entries(inputs).map(([name, [shape, values]]) => {
    const size = shape.reduce((a, b) => a * b, 1);
    return [name, Float32Array.from({ length: size }, (_, i) => values[i % values.length]!)] as const;
  });
  return Object.fromEntries(filled);
}

/** The shapes of a row's inputs. */
export const shapesOf = ({ inputs }: KernelCase): Record<string, number[]> =>
  Object.fromEntries(Object.entries(inputs).map(([name, [shape]]) => [name, [...shape]]));

const weighted = (x: Tensor): Tensor => {
  const weights = Float32Array.from({ length: x.size }, (_, i) => Math.cos(i + 1));
  return tf.sum(tf.mul(x, tf.tensor(weights, x.shape)));
};

/** The results by number and, where there is one, the gradient of their weighted sum for each input. */
export function withGradients(
  { fn, noGradient }: KernelCase,
  inputs: Readonly<Record<string, Tensor>>,
): Record<string, Tensor> {
  const listed = (results: Tensor | Tensor[]) => (Array.isArray(results) ? results : [results]);
  const outputs = Object.fromEntries(listed(fn(inputs)).map((result, i) => [`result ${i}`, result]));
  if (noGradient !== undefined) return outputs;
  const names = Object.keys(inputs);
  const total = (...given: Tensor[]) => {
    const results = listed(fn(Object.fromEntries(given.map((x, i) => [names[i]!, x]))));
    return results.map(weighted).reduce((a, b) => tf.add(a, b));
  };
  const gradients = tf.grads(total)(Object.values(inputs));
  return { ...outputs, ...Object.fromEntries(gradients.map((gradient, i) => [`gradient for ${names[i]}`, gradient])) };
}

const TOLERANCE = 1e-5;

/** Whether two numbers are equal to rounding. */
export const agree = (a: number, b: number): boolean =>
  Object.is(a, b) || a === b || Math.abs(a - b) <= TOLERANCE * Math.max(1, Math.abs(b));
