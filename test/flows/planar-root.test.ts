// The root behind the inverse of a planar layer, to the rounding of its own equation, however steep that is.

import { key, uniform } from '@flowvae/random';
import { tf } from '@flowvae/tensor';
import { expect, it } from 'vitest';
import { solvePlanar } from '../../packages/flows/src/frames/planar-inverse.ts';

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
  const [place, size, bias] = ['place', 'size', 'bias'].map((_, i) => uniform(key(60 + i), count));
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
