// The diagnostics as numbers: the part of report.json beside the evaluation.
import { ACTIVE_VARIANCE, type PosteriorStatistics, type Spread } from '@flowvae/evaluation';
import type { Diagnostics } from './diagnostics.ts';

const total = (values: ArrayLike<number>) => Array.from(values).reduce((sum, value) => sum + value, 0);

/** The mean; NaN for an empty list. */
export const meanOf = (values: ArrayLike<number>): number => total(values) / values.length;

/** The standard error of the mean over data points. */
export function standardErrorOf(values: ArrayLike<number>): number {
  const mean = meanOf(values);
  const squares = Array.from(values).reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return Math.sqrt(squares / (values.length - 1) / values.length);
}

const least = (values: ArrayLike<number>) => Array.from(values).reduce((a, b) => Math.min(a, b));
const most = (values: ArrayLike<number>) => Array.from(values).reduce((a, b) => Math.max(a, b));

/** A number for readers: two decimals, a true minus, no negative zero. */
export const twoDecimals = (value: number): string =>
  Number.isFinite(value)
    ? value
        .toFixed(2)
        .replace(/^-(?=.*[1-9])/, '−')
        .replace(/^-/, '')
    : 'not finite';

/** The range over images and draws. */
export const rangeOf = (spread: Pick<Spread, 'least' | 'most'>): readonly [number, number] => [
  least(spread.least),
  most(spread.most),
];

/** The divergence of each dimension, mean over images, [D]; undefined for a posterior that is not factorised. */
export function klByDimension({ klPerDimension: kl, dim, count }: PosteriorStatistics): readonly number[] | undefined {
  return (
    kl && Array.from({ length: dim }, (_, d) => meanOf(Array.from({ length: count }, (__, i) => kl[i * dim + d]!)))
  );
}

/** All diagnostics as JSON; in nats unless another unit is given. Numbers that are not finite are null. */
export function diagnosticsReport({ evaluation, estimates, statistics, activity, gaps }: Diagnostics): object {
  const { terms, layers, samples, count } = statistics;
  const sumOfLogDets = (i: number) => layers.reduce((sum, { logDet }) => sum + logDet.mean[i]!, 0);
  return {
    klToTruePosterior: {
      mean: evaluation.inferenceGap,
      standardError: evaluation.inferenceGapStandardError,
      images: evaluation.images,
    },
    statistics: {
      images: count,
      samples,
      terms: {
        ...Object.fromEntries(Object.entries(terms).map(([name, values]) => [name, meanOf(values)])),
        logDet: layers.reduce((sum, { logDet }) => sum + meanOf(logDet.mean), 0),
      },
      layers: layers.map(({ name, logDet, invariants }) => ({
        name,
        logDet: { mean: meanOf(logDet.mean), range: rangeOf(logDet) },
        invariants: Object.fromEntries(Object.entries(invariants).map(([each, ends]) => [each, rangeOf(ends)])),
      })),
      activeUnits: {
        threshold: ACTIVE_VARIANCE,
        count: count > 1 ? activity.active : null, // one image has no variance
        varianceOfMeans: activity.variance,
      },
      klPerDimension: klByDimension(statistics) ?? null,
    },
    inferenceGaps: gaps.map(({ logEvidence, approximation, amortisation }) => ({
      logEvidence,
      approximation,
      amortisation,
    })),
    perImage: estimates.map((estimate, i) => ({
      ...estimate,
      klToTruePosterior: estimate.logEvidence - estimate.elbo,
      ...(i < count
        ? {
            terms: {
              ...Object.fromEntries(Object.entries(terms).map(([name, values]) => [name, values[i]!])),
              logDets: layers.map(({ logDet }) => logDet.mean[i]!),
              logDet: sumOfLogDets(i),
            },
          }
        : {}),
    })),
  };
}
