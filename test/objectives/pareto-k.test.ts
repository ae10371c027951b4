// Pareto k̂: the shape of generalised Pareto draws comes back, ArviZ gets the same numbers, and streaming changes no
// bit.
import { fitGeneralisedPareto, paretoK, paretoKThreshold, WeightTail } from '@flowvae/objectives';
import { drawUniform, fold, key } from '@flowvae/random';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readCommitted } from '../reference/committed-json.ts';

interface ParetoKCase {
  readonly count: number;
  readonly shape: number;
  readonly shift: number;
  readonly paretoK: number;
  readonly fittedShape: number;
  readonly fittedScale: number;
}

const { cases } = readCommitted<{ readonly cases: readonly ParetoKCase[] }>('pareto-k');
const infinity = Number.POSITIVE_INFINITY;

/** x with P(X > x) = survival. */
const quantile = (shape: number, survival: number) => Math.expm1(-shape * Math.log(survival)) / shape;

/** Independent draws; 24 bits of uniform numbers reach far enough into the tail. */
const draws = (shape: number, count: number, seed: number) =>
  Float64Array.from(drawUniform(fold(key(5), seed), count), (u) => quantile(shape, 1 - u));

const average = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

describe.each([0.2, 0.5, 0.7, 1.0])('generalised Pareto draws of shape %d', (shape) => {
  it('give it back within 0.05, and their scale', () => {
    const fitted = fitGeneralisedPareto(draws(shape, 30_000, 0).map((value) => 2 * value));
    expect(Math.abs(fitted.shape - shape)).toBeLessThan(0.05);
    expect(Math.abs(fitted.scale / 2 - 1)).toBeLessThan(0.05);
  });

  it('as importance weights have it as k̂ within 0.05, on average over sets', () => {
    // a single k̂ of 300 exceedances has a standard deviation of about (1 + k)/√300
    const [samples, sets] = [10_000, 60];
    const estimates = Array.from({ length: sets }, (_, set) => paretoK(draws(shape, samples, 1 + set).map(Math.log)));
    const shrunk = (300 * shape + 5) / 310; // the prior weighs ten observations at 0.5
    expect(Math.abs(average(estimates) - shape)).toBeLessThan(0.05);
    expect(Math.abs(average(estimates) - shrunk)).toBeLessThan((4 * (1 + shape)) / Math.sqrt(300 * sets));
  });
});

describe('paretoK equals ArviZ on the same weights', () => {
  const golden = 0.6180339887498949;
  it.each(cases.map((given) => [`S=${given.count} k=${given.shape} e^${given.shift}`, given] as const))(
    '%s',
    (_, { count, shape, shift, ...wanted }) => {
      const exceedances = Array.from({ length: count }, (__, i) => quantile(shape, 1 - (((i + 0.5) * golden) % 1)));
      const fitted = fitGeneralisedPareto(exceedances);
      expect(fitted.shape).toBeCloseTo(wanted.fittedShape, 9);
      expect(fitted.scale).toBeCloseTo(wanted.fittedScale, 9);
      expect(paretoK(exceedances.map((value) => Math.log1p(value) + shift))).toBeCloseTo(wanted.paretoK, 8);
    },
  );

  it('unlike the shape without its prior, or a tail of another length', () => {
    const { count, shape, paretoK: wanted } = cases.find((given) => given.count === 500 && given.shape === 0.2)!;
    const weights = Array.from({ length: count }, (_, i) => 1 + quantile(shape, 1 - (((i + 0.5) * golden) % 1)));
    const sorted = weights.toSorted((a, b) => b - a);
    const shapeOfLargest = (m: number) => fitGeneralisedPareto(sorted.slice(0, m).map((w) => w - sorted[m]!)).shape;
    const m = Math.ceil(3 * Math.sqrt(count));
    expect((m * shapeOfLargest(m) + 5) / (m + 10)).toBeCloseTo(wanted, 8);
    expect(Math.abs(shapeOfLargest(m) - wanted)).toBeGreaterThan(0.01);
    const other = Math.ceil(count / 5);
    expect(Math.abs((other * shapeOfLargest(other) + 5) / (other + 10) - wanted)).toBeGreaterThan(1e-3);
  });
});

it('WeightTail gives exactly the same number, in chunks of any size', () => {
  const weight = fc.oneof(fc.double({ min: -30, max: 5, noNaN: true }), fc.constant(-infinity), fc.constant(1));
  const property = fc.property(fc.array(fc.array(weight, { maxLength: 60 }), { maxLength: 12 }), (chunks) => {
    const all = chunks.flat();
    const tail = new WeightTail(all.length);
    for (const chunk of chunks) tail.add(chunk);
    return Object.is(tail.paretoK, paretoK(all)) && Object.is(tail.paretoK, paretoK(all.toReversed()));
  });
  fc.assert(property, { numRuns: 300, seed: 3 });
  const many = draws(0.7, 50_000, 99).map(Math.log);
  const tail = new WeightTail(many.length);
  for (let start = 0; start < many.length; start += 500) tail.add(many.subarray(start, start + 500));
  expect(tail.paretoK).toBe(paretoK(many));
});

it('fitGeneralisedPareto takes the limit where a point of its grid is b = 0, the exponential distribution', () => {
  // m = 34 points: the ninth is 1/x₍ₙ₎ + (1 − √(34/8.5))/(3·x₍q₎), 0 for a largest exceedance of three times the fourth
  const ending = (largest: number) => [
    0.25,
    0.5,
    0.75,
    1,
    ...Array.from({ length: 11 }, (_, i) => 1 + 0.15 * i),
    largest,
  ];
  const [at, beside] = [3, 3 + 1e-7].map((largest) => fitGeneralisedPareto(ending(largest)));
  expect(at!.shape).toBeCloseTo(beside!.shape, 6);
  expect(at!.scale).toBeCloseTo(beside!.scale, 6);
});

describe('paretoK without a proper tail', () => {
  const equal = (count: number, value: number) => new Array<number>(count).fill(value);
  it.each<[string, readonly number[], number]>([
    ['too few weights', Array.from({ length: 20 }, (_, i) => i), Number.NaN],
    ['none', [], Number.NaN],
    ['equal weights', equal(100, -7), -infinity],
    ['weights of 0 only', equal(100, -infinity), Number.NaN],
    ['one weight above all others', [...equal(99, -1e4), 0], infinity],
    ['one weight that is not 0', [...equal(99, -infinity), -3], infinity],
    ['an infinite weight', [...equal(99, 1), infinity], Number.NaN],
    ['a weight that is NaN', [...equal(99, 1), Number.NaN], Number.NaN],
  ])('%s', (_, weights, wanted) => {
    expect(paretoK(weights)).toBe(wanted);
  });

  it.each([600, 690, 700, 710, 730, 740, 750])(
    'one weight e^%d above all others: a number far above 1, or ∞',
    (gap) => {
      expect(paretoK(Float64Array.from({ length: 200 }, (_, i) => (i === 0 ? 0 : -gap - 0.05 * i)))).toBeGreaterThan(
        10,
      );
    },
  );

  it('fewer than five exceedances by 2⁻¹⁰⁰⁰ of the largest: ∞', () => {
    const hundred = (largest: readonly number[], others: number) => [
      ...equal(100 - largest.length, others),
      ...largest,
    ];
    expect(paretoK(hundred([1, 2, 3, 4], 0))).toBe(infinity);
    expect(paretoK(hundred([1, 2, 3, 4, 5], 0))).toBeLessThan(5);
    const tiny = Array.from({ length: 16 }, (_, i) => -693.6 - 0.005 * i); // e^−693.6 is 0.6·2⁻¹⁰⁰⁰
    expect(paretoK(hundred([...tiny, -0.3, -0.2, -0.1, 0], -800))).toBe(infinity);
  });

  it('weights equal to the threshold do not exceed it', () => {
    const above = Array.from({ length: 10 }, (_, i) => 1 + i / 3);
    const largest = above.at(-1)!;
    const { shape } = fitGeneralisedPareto(above.map((value) => Math.exp(value - largest) - Math.exp(-largest)));
    expect(paretoK([...equal(90, 0), ...above])).toBeCloseTo((10 * shape + 5) / 20, 10);
  });

  it('bounded weights have k̂ below 0', () => {
    expect(paretoK(Array.from({ length: 1000 }, (_, i) => Math.log(i + 1)))).toBeLessThan(-0.5);
  });
});

it('the threshold for trust grows with the samples up to 0.7', () => {
  expect([100, 1000, 1e6].map(paretoKThreshold)).toEqual([0.5, expect.closeTo(2 / 3, 12), 0.7]);
});
