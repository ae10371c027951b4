// p of the test of Cochran and Cox beside closed forms: with one and two degrees of freedom the critical value of a
// level is a formula, so the p of that value has to be the level.
import { crossedDifference, differenceOfParts, methodScores } from '@flowvae/comparison';
import { expect, it } from 'vitest';
import { cautiousCritical, cautiousP } from '../../packages/comparison/src/differences/cautious-test.ts';
import { studentTwoSided } from '../../packages/comparison/src/distributions/student-t.ts';

/** Critical values of both tails: cot(πp/2) with one degree of freedom, (1 − p)·√(2/(p·(2 − p))) with two. */
const cauchy = (p: number) => 1 / Math.tan((Math.PI * p) / 2);
const ofTwo = (p: number) => (1 - p) * Math.sqrt(2 / (p * (2 - p)));

const levels = [1e-200, 1e-100, 1e-40, 1e-12, 1e-6, 1e-3, 0.01, 0.05, 0.3, 0.7, 0.99, 0.999999];
const weights = [1e-12, 1e-6, 0.01, 0.3, 0.5, 0.9, 0.9999999];

const relative = (value: number, expected: number) => Math.abs(value / expected - 1);

it('cautiousP is the level of closed critical values, from 1e-200 to 1, whatever the weights of the parts', () => {
  for (const p of levels) {
    for (const w of weights) {
      const t = w * cauchy(p) + (1 - w) * ofTwo(p);
      const parts = [
        { variance: w, df: 1 },
        { variance: 1 - w, df: 2 },
      ];
      expect(relative(cautiousP(t, parts), p), `p ${p}, weight ${w}`).toBeLessThan(1e-9);
    }
  }
});

it('cautiousP inverts the critical value of two seeds beside many rows', () => {
  for (const df of [1, 2, 3.7]) {
    for (const rows of [11, 9999, 1e6]) {
      for (const p of [1e-20, 1e-6, 0.01, 0.2, 0.9]) {
        const parts = [
          { variance: 0.5, df },
          { variance: 0.5, df: rows },
        ];
        expect(relative(cautiousP(cautiousCritical(parts, p), parts), p)).toBeLessThan(1e-9);
      }
    }
  }
});

it('cautiousP falls as the difference grows, and is 1 of none', () => {
  const parts = [
    { variance: 0.1, df: 1 },
    { variance: 0.9, df: 199 },
  ];
  expect(cautiousP(0, parts)).toBe(1);
  let last = 1;
  for (let exponent = -5; exponent < 160; exponent += 0.25) {
    const p = cautiousP(10 ** exponent, parts);
    expect(p).toBeLessThanOrEqual(last * (1 + 1e-11));
    last = p;
  }
  expect(last).toBeLessThan(1e-150);
});

it("cautiousP of one part is Student's, and it is not known of a part that is not known", () => {
  const none = { variance: 0, df: 5 };
  expect(cautiousP(3, [{ variance: 2, df: 4.5 }, none])).toBe(studentTwoSided(3 / Math.sqrt(2), 4.5));
  expect(cautiousP(1, [{ variance: Number.NaN, df: 2 }, none])).toBeNaN();
});

it('differenceOfParts has degrees of freedom of parts too small for a square in float64', () => {
  const seeds = [
    { variance: 1e-200, df: 2 },
    { variance: 1e-200, df: 2 },
  ] as const;
  expect(differenceOfParts(1e-100, { seeds, points: { variance: 0, df: 9 } }).df).toBeCloseTo(4, 12);
});

it('crossedDifference of one data point is not known, and scores of different lengths are refused', () => {
  const { value, se, p } = crossedDifference(methodScores([[1], [2]]), methodScores([[3], [5]]));
  expect([value, se, p]).toEqual([-2.5, Number.NaN, Number.NaN]);
  expect(() => methodScores([[1, 2], [1]])).toThrow('methodScores: a seed: expected 2 data points, got 1');
  const [two, three] = [methodScores([[1, 2]]), methodScores([[1, 2, 3]])];
  expect(() => crossedDifference(two, three)).toThrow('expected 2 data points of both, got 3');
});

it.each([Number.NaN, Number.POSITIVE_INFINITY])('crossedDifference of a score of %d is not known', (odd) => {
  const { p, se } = crossedDifference(
    methodScores([
      [1, 2, 3],
      [1, odd, 4],
    ]),
    methodScores([
      [9, 9, 9],
      [8, 9, 9],
    ]),
  );
  expect([p, se]).toEqual([Number.NaN, Number.NaN]);
});
