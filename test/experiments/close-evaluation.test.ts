// The difference estimator against the plain mean, and its error against the spread of many simulated test sets.
import { fold, key, random } from 'flowvae';
import { describe, expect, it } from 'vitest';
import { differenceEstimate } from '../../experiments/reproduce/close-evaluation.ts';

const mean = (values: ArrayLike<number>) => Array.from(values).reduce((sum, value) => sum + value, 0) / values.length;

function spread(values: readonly number[]): number {
  const middle = mean(values);
  return Math.sqrt(values.reduce((sum, value) => sum + (value - middle) ** 2, 0) / (values.length - 1));
}

const summary = (values: readonly number[]) => ({
  mean: mean(values),
  standardError: spread(values) / Math.sqrt(values.length),
  images: values.length,
});

/** A test set of N images by few and by many samples, in random order; more samples help hard images more. */
function simulated(images: number, seed: number) {
  const values = random.normal(fold(key(7), seed), 2 * images);
  const few = Array.from({ length: images }, (_, i) => 90 + 25 * values[2 * i]!);
  const many = few.map((value, i) => value - 0.5 - 0.02 * (value - 90) + 0.3 * values[2 * i + 1]!);
  return { few, many };
}

describe('differenceEstimate', () => {
  it('is the plain mean and its standard error where all images have both values', () => {
    const { few, many } = simulated(50, 0);
    const { mean: estimated, standardError } = differenceEstimate(summary(few), few, many);
    expect(estimated).toBeCloseTo(mean(many), 9);
    expect(standardError).toBeCloseTo(spread(many) / Math.sqrt(50), 9);
  });

  it('of a tenth of the images: without bias, with the error that it tells', () => {
    const estimates = Array.from({ length: 2000 }, (_, seed) => {
      const { few, many } = simulated(200, seed + 1);
      return differenceEstimate(summary(few), few.slice(0, 20), many.slice(0, 20));
    });
    const means = estimates.map(({ mean: each }) => each);
    expect(Math.abs(mean(means) - 89.5)).toBeLessThan((4 * spread(means)) / Math.sqrt(2000));
    const told = Math.sqrt(mean(estimates.map(({ standardError }) => standardError ** 2)));
    expect(told / spread(means)).toBeGreaterThan(0.93);
    expect(told / spread(means)).toBeLessThan(1.07);
  });
});
