// The regression estimator against the plain mean, and its error against the spread of many simulated test sets.
import { drawNormal, fold, key } from 'flowvae';
import { describe, expect, it } from 'vitest';
import { regressionEstimate } from '../../experiments/reproduce/close-evaluation.ts';

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

/**
 * A test set of N images by few and by many samples, in random order; more samples help hard images more, and `noise`
 * is the part of the many samples' value that the few do not predict.
 */
function simulated(images: number, seed: number, noise: number) {
  const values = drawNormal(fold(key(7), seed), 2 * images);
  const few = Array.from({ length: images }, (_, i) => 90 + 25 * values[2 * i]!);
  const many = few.map((value, i) => value - 0.5 - 0.02 * (value - 90) + noise * values[2 * i + 1]!);
  return { few, many };
}

/** The error comes from all images' own spread, or from the part that few samples do not predict. */
describe.each([0.3, 15])('regressionEstimate where images differ by 25 nats and the change by %d', (noise) => {
  it('is the plain mean with its standard error where all images have both values', () => {
    const { few, many } = simulated(50, 0, noise);
    const { mean: estimated, standardError } = regressionEstimate(summary(few), few, many);
    expect(estimated).toBeCloseTo(mean(many), 9);
    const ratio = standardError / (spread(many) / Math.sqrt(50));
    expect(ratio).toBeGreaterThan(1 - 1e-9);
    expect(ratio).toBeLessThan(Math.sqrt(49 / 48)); // the slope costs a degree of freedom
  });

  it('of a tenth of the images: without bias, with the error that it tells', () => {
    expectHonest(noise, ({ few, many }) => regressionEstimate(summary(few), few.slice(0, 20), many.slice(0, 20)));
  });

  it('of the easiest third of the images: without bias, with the error that it tells', () => {
    expectHonest(noise, ({ few, many }) => {
      const easiest = few
        .map((_, i) => i)
        .toSorted((a, b) => few[a]! - few[b]!)
        .slice(0, 67);
      return regressionEstimate(
        summary(few),
        easiest.map((i) => few[i]!),
        easiest.map((i) => many[i]!),
      );
    });
  });

  it('of equal images adds the effect of many samples', () => {
    const { mean: estimated } = regressionEstimate({ mean: 90, standardError: 0.2 }, [91, 91, 91], [90, 90.5, 91]);
    expect(estimated).toBeCloseTo(89.5, 12);
  });
});

/** Over 2,000 simulated test sets, whose expected value by many samples is 89.5. */
function expectHonest(
  noise: number,
  estimate: (set: ReturnType<typeof simulated>) => ReturnType<typeof regressionEstimate>,
) {
  const estimates = Array.from({ length: 2000 }, (_, seed) => estimate(simulated(200, seed + 1, noise)));
  const means = estimates.map(({ mean: each }) => each);
  expect(Math.abs(mean(means) - 89.5)).toBeLessThan((4 * spread(means)) / Math.sqrt(2000));
  const told = Math.sqrt(mean(estimates.map(({ standardError }) => standardError ** 2)));
  expect(told / spread(means)).toBeGreaterThan(0.93);
  expect(told / spread(means)).toBeLessThan(1.07);
}
