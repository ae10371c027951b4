// The root behind the inverse of a planar layer, to the rounding of its own equation, however steep that is.

import { drawUniform, key } from '@flowvae/random';
import { type Tensor, type Tensor2D, tf } from '@flowvae/tensor';
import { expect, it } from 'vitest';
import { solvePlanar, tanhToRounding } from '../../packages/flows/src/frames/planar-inverse.ts';

const EPSILON = 2 ** -24;

/** s + m·tanh(s) = target, by bisection in float64. */
function exactRoot(m: number, target: number): number {
  let [low, high] = [target - Math.abs(m), target + Math.abs(m)];
  for (let i = 0; i < 80; i++) {
    const middle = (low + high) / 2;
    if (middle + m * Math.tanh(middle) > target) high = middle;
    else low = middle;
  }
  return (low + high) / 2;
}

// bisection alone would leave |m|·2^−24, and steps that must always halve leave roots that they had found
it.each([-0.9, 0.1, 20, 60, 1000, 1e4])('solvePlanar finds the root to two roundings of its equation, m = %d', (m) => {
  const count = 600;
  const [place, size, bias] = ['place', 'size', 'bias'].map((_, i) => drawUniform(key(60 + i), count));
  const onePlusM = Math.fround(1 + m);
  const b = bias!.map((u) => 4 * (u - 0.5));
  // far away, across the steep part, near its middle
  const c = place!.map((u, i) => {
    const p = 2 * u - 1;
    return [80 * p, p * onePlusM - b[i]!, p * 10 ** (-6 * size![i]!) - b[i]!][i % 3]!;
  });
  const roots = tf.tidy(() =>
    solvePlanar(tf.tensor2d(c, [count, 1]), tf.tensor2d([[onePlusM]]), tf.tensor2d(b, [count, 1])).dataSync(),
  );
  const misses = Array.from(roots, (root, i) => {
    const target = c[i]! + b[i]!;
    const right = exactRoot(onePlusM - 1, target);
    const slope = 1 + (onePlusM - 1) * (1 - Math.tanh(right) ** 2);
    const rounding = (EPSILON * (1 + Math.abs(target) + Math.abs(m))) / slope + EPSILON * Math.abs(right);
    return Math.abs(root - right) / rounding;
  });
  expect(Math.max(...misses)).toBeLessThan(2);
});

it('solvePlanar has the implicit gradient: 1/f′ in c and b, −tanh(s)/f′ in m, f′ = 1 + m·(1 − tanh²(s))', () => {
  const [c, onePlusM, b] = [1, 3, 0.2];
  const gradients = tf.tidy(() => {
    const root = (...args: Tensor[]) => tf.sum(solvePlanar(...(args as [Tensor2D, Tensor2D, Tensor2D])));
    return tf
      .grads(root)([c, onePlusM, b].map((value) => tf.tensor2d([[value]])))
      .map((each) => each.dataSync()[0]!);
  });
  const t = Math.tanh(exactRoot(onePlusM - 1, c + b));
  const slope = 1 + (onePlusM - 1) * (1 - t * t);
  expect(gradients).toEqual([1 / slope, -t / slope, 1 / slope].map((value) => expect.closeTo(value, 6)));
});

it('tanhToRounding is odd, has all digits near 0 and stays below 1 by no more than its rounding', () => {
  const points = Array.from({ length: 400 }, (_, i) => 10 ** (-4 + (5.2 * i) / 400)); // 1e-4 … 16
  const [above, below] = tf.tidy(() =>
    [1, -1].map((sign) => [...tanhToRounding(tf.tensor2d(points.map((s) => [sign * s]))).dataSync()]),
  );
  expect(below).toEqual(above!.map((value) => -value));
  const misses = points.map((s, i) => Math.abs(above![i]! / Math.tanh(Math.fround(s)) - 1));
  expect(Math.max(...misses)).toBeLessThan(2.5e-7);
  expect(Math.max(...above!)).toBe(1);
});
