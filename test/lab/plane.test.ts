// Principal components of the lab's map.
import { drawNormal, key } from '@flowvae/random';
import { expect, it } from 'vitest';
import { inPlane } from '../../packages/lab/src/worker/plane.ts';

const count = 400;

/** Points along known axes in five dimensions: deviations 5, 2, 0.1, 0.1 and 0.1. */
function points(): { readonly x: Float32Array; readonly along: readonly [Float64Array, Float64Array] } {
  const draws = drawNormal(key(4), count * 5);
  const axes = [
    [0.6, 0.8, 0, 0, 0],
    [-0.8, 0.6, 0, 0, 0],
    [0, 0, 1, 0, 0],
    [0, 0, 0, 1, 0],
    [0, 0, 0, 0, 1],
  ];
  const scales = [5, 2, 0.1, 0.1, 0.1];
  const x = new Float32Array(count * 5);
  const along = [new Float64Array(count), new Float64Array(count)] as const;
  for (let i = 0; i < count; i++) {
    axes.forEach((axis, a) => {
      const amount = scales[a]! * draws[5 * i + a]!;
      if (a < 2) along[a]![i] = amount;
      axis.forEach((part, d) => {
        x[5 * i + d]! += amount * part;
      });
    });
  }
  return { x, along };
}

const correlation = (a: ArrayLike<number>, b: ArrayLike<number>): number => {
  const mean = (v: ArrayLike<number>) => Array.from(v).reduce((sum, each) => sum + each, 0) / v.length;
  const [ma, mb] = [mean(a), mean(b)];
  const sum = (f: (i: number) => number) => Array.from(a, (_, i) => f(i)).reduce((total, each) => total + each, 0);
  return (
    sum((i) => (a[i]! - ma) * (b[i]! - mb)) / Math.sqrt(sum((i) => (a[i]! - ma) ** 2) * sum((i) => (b[i]! - mb) ** 2))
  );
};

it('inPlane finds the two axes of largest spread, in their order', () => {
  const { x, along } = points();
  const flat = inPlane(x, 5);
  const coordinate = (c: number) => Array.from({ length: count }, (_, i) => flat[2 * i + c]!);
  expect(Math.abs(correlation(coordinate(0), along[0]))).toBeGreaterThan(0.999);
  expect(Math.abs(correlation(coordinate(1), along[1]))).toBeGreaterThan(0.99);
});

it('inPlane keeps two dimensions as they are, and lays one on a line', () => {
  const x = Float32Array.of(1, 2, 3, 4);
  expect([...inPlane(x, 2)]).toEqual([1, 2, 3, 4]);
  expect([...inPlane(x, 1)]).toEqual([1, 0, 2, 0, 3, 0, 4, 0]);
  expect([...inPlane(new Float32Array(6), 3)]).toEqual([0, 0, 0, 0]);
});
