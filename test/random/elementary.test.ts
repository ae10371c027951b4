// The float32 polynomials under the normals: accuracy against float64, and where their coefficients come from.
import { describe, expect, test } from 'vitest';
import {
  cosineTerms,
  log,
  logTerms,
  positiveUnit,
  quarterCosine,
  quarterPosition,
  quarterSine,
  sineTerms,
} from '../../packages/random/src/elementary.ts';

const relative = (value: number, exact: number) => Math.abs(value - exact) / Math.abs(exact);

function worst(points: readonly number[], of: (x: number) => number, exact: (x: number) => number): number {
  return points.reduce((error, x) => Math.max(error, relative(of(x), exact(x))), 0);
}

const spread = (count: number, at: (share: number) => number) =>
  Array.from({ length: count }, (_, i) => Math.fround(at((i + 0.5) / count)));

describe('log', () => {
  const nextToOne = Array.from({ length: 5000 }, (_, i) => 1 - (i + 1) * 2 ** -24);
  const tiny = spread(5000, (share) => 2 ** (-32 + 8 * share));
  const whole = spread(50_000, (share) => share);

  test.each([
    ['next to 1', nextToOne],
    ['tiny', tiny],
    ['over all', whole],
  ])('is within 2e-7 of the truth, %s', (_, points) => {
    expect(worst(points, log, Math.log)).toBeLessThan(2e-7);
  });

  test('is 0 at 1, and finite at the smallest number that a word can become', () => {
    expect(log(1)).toBe(0);
    expect(positiveUnit(0)).toBe(2 ** -32);
    expect(positiveUnit(0xffffffff)).toBe(1);
    expect(log(2 ** -32)).toBeCloseTo(-32 * Math.LN2, 5);
  });
});

describe('sine and cosine of a quarter turn', () => {
  const points = spread(50_000, (share) => share - 0.5);

  test('are within 2e-7 of the truth', () => {
    expect(worst(points, quarterSine, (t) => Math.sin((Math.PI / 2) * t))).toBeLessThan(2e-7);
    expect(worst(points, quarterCosine, (t) => Math.cos((Math.PI / 2) * t))).toBeLessThan(2e-7);
  });

  test('the reduction to the nearest axis is exact', () => {
    for (let i = 0; i < 20_000; i++) {
      const word = Math.imul(i, 0x9e3779b1) >>> 0;
      const quarter = (word + 2 ** 29) / 2 ** 30; // the position, half a quarter on
      const exact = quarter - Math.floor(quarter) - 0.5;
      expect(quarterPosition(word)).toBe(Math.fround(exact));
    }
  });
});

describe('the coefficients', () => {
  /** The polynomial of `terms` coefficients through a function's values at the Chebyshev nodes of [0, end]. */
  function interpolate(of: (x: number) => number, end: number, terms: number): number[] {
    const rows = Array.from({ length: terms }, (_, i) => {
      const node = (end / 2) * (1 + Math.cos((Math.PI * (2 * i + 1)) / (2 * terms)));
      return [...Array.from({ length: terms }, (_, power) => node ** power), of(node)];
    });
    for (let pivot = 0; pivot < terms; pivot++) {
      for (const row of rows) {
        if (row === rows[pivot]) continue;
        const share = row[pivot]! / rows[pivot]![pivot]!;
        for (let column = 0; column <= terms; column++) row[column]! -= share * rows[pivot]![column]!;
      }
    }
    return rows.map((row, i) => row[terms]! / row[i]!);
  }

  const series = (coefficient: (k: number) => number) => (x: number) =>
    Array.from({ length: 25 }, (_, k) => coefficient(k) * x ** k).reduce((sum, term) => sum + term, 0);
  const factorial = (n: number): number => (n < 2 ? 1 : n * factorial(n - 1));
  const quarterTerm = (power: number) => (Math.PI / 2) ** power / factorial(power);

  test.each([
    ['log', logTerms, (k: number) => 2 / (2 * k + 3), (3 - 2 * Math.SQRT2) ** 2],
    ['sine', sineTerms, (k: number) => (-1) ** k * quarterTerm(2 * k + 1), 0.25],
    ['cosine', cosineTerms, (k: number) => (-1) ** (k + 1) * quarterTerm(2 * k + 2), 0.25],
  ] as const)('of %s interpolate its series at Chebyshev nodes', (_, terms, coefficient, end) => {
    const derived = interpolate(series(coefficient), end, terms.length);
    derived.forEach((value, i) => {
      expect(relative(terms[i]!, value)).toBeLessThan(2 ** -23);
    });
  });
});
