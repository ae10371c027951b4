// The distributions of the draws. Seeds are fixed, so a test here either always passes or never; each law has a mutant.
import { drawBernoulli, drawBernoulliBytes, drawBits, drawNormal, drawUniform, fold, key } from '@flowvae/random';
import { describe, expect, test } from 'vitest';
import { chiSquareScore, correlationScore, kolmogorovSmirnov, moment, normalCdf } from './statistics.ts';

const n = 200_000;
const seed = key(20_240_229);

describe('drawUniform', () => {
  const u = drawUniform(seed, n);

  test('lies on multiples of 2^-24 in [0, 1)', () => {
    expect(u.every((value) => value >= 0 && value < 1 && Number.isInteger(value * 2 ** 24))).toBe(true);
  });

  test('follows its law; a slightly bent one does not', () => {
    expect(kolmogorovSmirnov(u, (x) => x)).toBeLessThan(1.95);
    expect(
      kolmogorovSmirnov(
        Float32Array.from(u, (x) => x ** 1.02),
        (x) => x,
      ),
    ).toBeGreaterThan(1.95);
  });

  test('every byte of its words is uniform; words with a stuck bit are not', () => {
    const words = drawBits(seed, n);
    const score = (shift: number, mask: number) => {
      const counts = new Float64Array(256);
      for (const word of words) counts[(word >>> shift) & mask]! += 1;
      return chiSquareScore(counts);
    };
    for (const shift of [0, 8, 16, 24]) expect(Math.abs(score(shift, 0xff))).toBeLessThan(4);
    expect(score(0, 0xfe)).toBeGreaterThan(100);
  });
});

describe('drawNormal', () => {
  const z = drawNormal(seed, n);

  test('follows its law; a slightly wider or shifted one does not', () => {
    expect(kolmogorovSmirnov(z, normalCdf)).toBeLessThan(1.95);
    expect(
      kolmogorovSmirnov(
        Float32Array.from(z, (x) => x * 1.03),
        normalCdf,
      ),
    ).toBeGreaterThan(1.95);
    expect(
      kolmogorovSmirnov(
        Float32Array.from(z, (x) => x + 0.02),
        normalCdf,
      ),
    ).toBeGreaterThan(1.95);
  });

  test.each([
    [1, 0, 1],
    [2, 1, 2],
    [3, 0, 15],
    [4, 3, 96],
    [6, 15, 10_170],
  ])('its moment %i is %i', (power, expected, variance) => {
    expect(Math.abs(moment(z, power) - expected)).toBeLessThan(4 * Math.sqrt(variance / n));
  });

  test('the two of a pair are independent, also in size', () => {
    const even = z.filter((_, i) => i % 2 === 0);
    const odd = z.filter((_, i) => i % 2 === 1);
    const squares = (values: Float32Array) => Float32Array.from(values, (value) => value * value);
    expect(Math.abs(correlationScore(even, odd))).toBeLessThan(4);
    expect(Math.abs(correlationScore(squares(even), squares(odd)))).toBeLessThan(4);
    expect(kolmogorovSmirnov(even, normalCdf)).toBeLessThan(1.95);
    expect(kolmogorovSmirnov(odd, normalCdf)).toBeLessThan(1.95);
  });

  test('its tails reach beyond 4 as often as they should', () => {
    const many = drawNormal(fold(seed, 'tails'), 4_000_000);
    const beyond = many.reduce((count, value) => count + (Math.abs(value) > 4 ? 1 : 0), 0);
    const expected = 4_000_000 * 2 * normalCdf(-4);
    expect(Math.abs(beyond - expected)).toBeLessThan(4 * Math.sqrt(expected));
  });
});

describe('Bernoulli', () => {
  test.each([0.01, 0.3, 0.5, 0.97])('gives 1 with probability %f', (p) => {
    const mean = moment(drawBernoulli(seed, new Float32Array(n).fill(p)), 1);
    expect(Math.abs(mean - p)).toBeLessThan(4 * Math.sqrt((p * (1 - p)) / n));
  });

  test('never gives 1 at 0 and below, or for NaN, and always does at 1 and above', () => {
    for (const p of [0, -1, Number.NaN]) expect(moment(drawBernoulli(seed, new Float32Array(n).fill(p)), 1)).toBe(0);
    for (const p of [1, 2]) expect(moment(drawBernoulli(seed, new Float32Array(n).fill(p)), 1)).toBe(1);
  });

  test('of bytes gives 1 with probability byte/255, exactly so at both ends', () => {
    const each = 2000;
    for (let byte = 0; byte < 256; byte++) {
      const p = byte / 255;
      const mean = moment(drawBernoulliBytes(fold(seed, byte), new Uint8Array(each).fill(byte)), 1);
      expect(Math.abs(mean - p), `byte ${byte}`).toBeLessThanOrEqual(4.5 * Math.sqrt((p * (1 - p)) / each));
    }
  });
});
