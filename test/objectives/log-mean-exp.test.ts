// The streaming mean of exponentials: neither the division into chunks nor extreme values change it.
import { LogMeanExp } from '@flowvae/objectives';
import { drawNormal, key } from '@flowvae/random';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

const infinity = Number.POSITIVE_INFINITY;

/** log (1/S) Σ exp(v) in float64, all at once. */
function direct(values: readonly number[]): number {
  const largest = values.reduce((a, b) => Math.max(a, b), -infinity);
  if (largest === -infinity) return -infinity;
  return largest + Math.log(values.reduce((sum, value) => sum + Math.exp(value - largest), 0) / values.length);
}

function streamed(...chunks: (readonly number[])[]): LogMeanExp {
  const estimate = new LogMeanExp();
  for (const chunk of chunks) estimate.add(chunk);
  return estimate;
}

it.each([
  ['one value', [3]],
  ['zeros', [0, 0, 0]],
  ['huge ones', [1e4, 1e4 - 1, 1e4 + 2]],
  ['tiny ones', [-1e4, -1e4 - 1, -1e4 + 2]],
  ['far apart, rising', [-1e4, 0, 1e4]],
  ['far apart, falling', [1e4, 0, -1e4]],
  ['some weights of 0', [-infinity, -3, -infinity, -2]],
  ['weights of 0 only', [-infinity, -infinity]],
])('%s', (_, values) => {
  expect(streamed(values).logMean).toBeCloseTo(direct(values), 12);
  expect(streamed(...values.map((value) => [value])).logMean).toBeCloseTo(direct(values), 12);
});

it('the mean does not depend on the division into chunks', () => {
  const value = fc.oneof(fc.double({ min: -1e4, max: 1e4, noNaN: true }), fc.constant(-infinity));
  const chunks = fc.array(fc.array(value, { maxLength: 6 }), { minLength: 1, maxLength: 6 });
  const property = fc.property(chunks, (given) => {
    const all = given.flat();
    if (all.length === 0) return true;
    const [cut, whole] = [streamed(...given).logMean, direct(all)];
    return cut === whole || Math.abs(cut - whole) <= 1e-10 * Math.max(1, Math.abs(whole));
  });
  fc.assert(property, { numRuns: 500, seed: 7 });
});

it('LogMeanExp takes float32 chunks and sums them in float64', () => {
  const values = drawNormal(key(1), 100_000).map((value) => value - 500);
  const estimate = new LogMeanExp();
  for (let start = 0; start < values.length; start += 999) estimate.add(values.subarray(start, start + 999));
  expect(estimate.logMean).toBeCloseTo(direct(Array.from(values)), 9);
  expect(estimate.mean).toBeCloseTo(Array.from(values).reduce((sum, value) => sum + value, 0) / values.length, 9);
});

describe('the evenness of the weights', () => {
  const [four, wanted] = [[1, 2, 3, 10].map(Math.log), (1 + 2 + 3 + 10) ** 2 / (1 + 4 + 9 + 100)];

  it('the effective sample size is (Σ w)² / Σ w², the largest share max w / Σ w, for any scale, order and chunks', () => {
    for (const shift of [0, -800, 1e4]) {
      const values = four.map((value) => value + shift);
      for (const estimate of [
        streamed(values),
        streamed(values.toReversed()),
        streamed([values[3]!], values.slice(0, 3)),
      ]) {
        expect(estimate.effectiveSampleSize).toBeCloseTo(wanted, 9);
        expect(estimate.maxNormalisedWeight).toBeCloseTo(10 / 16, 10);
      }
    }
  });

  it('the effective sample size is S for equal weights, 1 for a single one, and unknown for none', () => {
    expect(streamed([-5, -5, -5]).effectiveSampleSize).toBe(3);
    expect(streamed([-5, -5, -5]).maxNormalisedWeight).toBeCloseTo(1 / 3, 14);
    expect(streamed([-infinity, 2, -1e5]).effectiveSampleSize).toBe(1);
    expect(streamed([-infinity, 2, -1e5]).maxNormalisedWeight).toBe(1);
    expect(streamed([-infinity]).effectiveSampleSize).toBeNaN();
    expect(streamed([-infinity]).maxNormalisedWeight).toBeNaN();
  });
});

describe('NaN', () => {
  it.each([
    ['first', [[Number.NaN, 1, 2]]],
    ['in the middle', [[1, Number.NaN, 2]]],
    ['last, the largest before it', [[5], [Number.NaN]]],
    ['before a larger value', [[1, Number.NaN], [7]]],
    ['alone', [[Number.NaN]]],
    ['among weights of 0', [[-infinity, Number.NaN, -infinity]]],
  ])('%s makes both results NaN', (_, chunks) => {
    expect(streamed(...chunks).logMean).toBeNaN();
    expect(streamed(...chunks).mean).toBeNaN();
  });
});

it('the plain mean is the ELBO: −∞ if one weight is 0', () => {
  expect(streamed([1, 2], [6]).mean).toBe(3);
  expect(streamed([1, -infinity]).mean).toBe(-infinity);
});
