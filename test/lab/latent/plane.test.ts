// The plane of codes against closed forms.
import { drawNormal, key } from '@flowvae/random';
import { describe, expect, it } from 'vitest';
import { fromPlane, planeOf, toPlane, variances } from '../../../packages/lab/src/plane/plane.ts';
import { symmetricEigen } from '../../../packages/lab/src/plane/symmetric-eigen.ts';

describe('symmetricEigen', () => {
  it('finds the eigenvalues of the second difference, 2 − 2 cos(πk/(n + 1)), and its sine vectors', () => {
    const n = 9;
    const matrix = Array.from({ length: n }, (_, i) =>
      Float64Array.from({ length: n }, (_, j) => (i === j ? 2 : Math.abs(i - j) === 1 ? -1 : 0)),
    );
    const found = symmetricEigen(matrix);
    for (const [place, { value, vector }] of found.entries()) {
      const k = n - place;
      expect(value).toBeCloseTo(2 - 2 * Math.cos((Math.PI * k) / (n + 1)), 12);
      const sine = Float64Array.from({ length: n }, (_, j) => Math.sin((Math.PI * k * (j + 1)) / (n + 1)));
      const dot = vector.reduce((sum, each, j) => sum + each * sine[j]!, 0);
      expect(Math.abs(dot)).toBeCloseTo(Math.sqrt((n + 1) / 2), 10); // parallel: |v| = 1, |sine| = √((n + 1)/2)
    }
  });

  it('leaves a diagonal matrix in order of size', () => {
    const found = symmetricEigen([Float64Array.of(1, 0), Float64Array.of(0, 3)]);
    expect(found.map(({ value }) => value)).toEqual([3, 1]);
    expect([...found[0]!.vector]).toEqual([0, 1]);
  });
});

describe('planeOf', () => {
  it('shows two dimensions as they are', () => {
    const codes = Float32Array.of(1, 2, 5, -3);
    const plane = planeOf(codes, 2);
    expect(plane.shares).toBeUndefined();
    expect([...toPlane(plane, codes)]).toEqual([...codes]);
    expect([...fromPlane(plane, [0.5, -1])]).toEqual([0.5, -1]);
  });

  it('shows one dimension along the first axis', () => {
    const plane = planeOf(Float32Array.of(1, 2, 3), 1);
    expect([...toPlane(plane, Float32Array.of(1, 2))]).toEqual([1, 0, 2, 0]);
    expect([...fromPlane(plane, [2, 7])]).toEqual([2]);
  });

  it('finds the axes of an ellipsoid of points, their shares and their signs in closed form', () => {
    // ± 4·a, ± 2·b, ± 1·c around m: variances 16/3, 4/3 and 1/3 along orthonormal a, b, c
    const s = Math.SQRT1_2;
    const axes = [
      [s, -s, 0],
      [s, s, 0],
      [0, 0, 1],
    ];
    const middle = [1, -2, 3];
    const codes = Float32Array.from(
      [4, -4, 2, -2, 1, -1].flatMap((length, i) => axes[i >> 1]!.map((part, d) => middle[d]! + length * part)),
    );
    const plane = planeOf(codes, 3);
    expect(plane.shares![0]).toBeCloseTo(16 / 21, 6);
    expect(plane.shares![1]).toBeCloseTo(4 / 21, 6);
    for (const d of [0, 1, 2]) {
      expect(plane.centre[d]).toBeCloseTo(middle[d]!, 6);
      expect(Math.abs(plane.axes[0][d]!)).toBeCloseTo(Math.abs(axes[0]![d]!), 6);
      expect(plane.axes[1][d]).toBeCloseTo(axes[1]![d]!, 6);
    }
    const points = toPlane(plane, codes);
    expect(Math.abs(points[0]!)).toBeCloseTo(4, 5);
    expect(points[1]).toBeCloseTo(0, 5);
    expect(points[5]).toBeCloseTo(2, 5);
  });

  it('gives uncorrelated coordinates, and back from a place the point of the plane', () => {
    const dim = 6;
    const codes = drawNormal(key(1), 500 * dim).map((value, i) => value * (1 + (i % dim)) + (i % dim));
    const plane = planeOf(codes, dim);
    const points = toPlane(plane, codes);
    let product = 0;
    for (let i = 0; i < points.length; i += 2) product += points[i]! * points[i + 1]!;
    expect(product / 500).toBeCloseTo(0, 3);
    const place = [1.5, -0.25] as const;
    const back = toPlane(plane, fromPlane(plane, place));
    expect(back[0]).toBeCloseTo(place[0], 5);
    expect(back[1]).toBeCloseTo(place[1], 5);
  });
});

describe('variances', () => {
  it('are those of each dimension', () => {
    expect([...variances(Float32Array.of(1, 5, 3, 5, 5, 5), 2)]).toEqual([8 / 3, 0]);
  });
});
