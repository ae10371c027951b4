// Missing values by importance sampling: their means and variances given the observed ones, and draws of them.
import { LogMeanExp } from '@flowvae/objectives';
import { fold } from '@flowvae/random';
import { checkCount } from '@flowvae/tensor';
import { inOrder, type PointwiseOptions } from '@flowvae/training';
import { Moments } from '../moments.ts';
import { ImputationPasses, type PassOptions } from './passes.ts';
import { resample } from './resampling.ts';
import { checkRow, maskedWidth, refuseWeights } from './row-checks.ts';
import { WeightedMoments } from './weighted-moments.ts';

/** Options of {@link impute}. */
export interface ImputeOptions extends PassOptions, PointwiseOptions<Imputed> {
  readonly variables: PointwiseOptions<Imputed>['variables'];
  /** Called after each data point with the number of finished ones. */
  readonly onProgress?: (done: number) => void;
  /** Stops the imputation; data points in work are finished first. */
  readonly signal?: AbortSignal;
}

/** One data point with its missing entries imputed; observed entries have their own value and no variance. */
export interface Imputed {
  /** E[x|x_obs], [P], in the data's units. */
  readonly mean: Float64Array;
  /** Standard error of `mean` by the delta method, [P]. */
  readonly meanStandardError: Float64Array;
  /** Var[x|x_obs], [P], in squared units. */
  readonly variance: Float64Array;
  /** Draws of the whole row from p(x_mis|x_obs), [M, P] row-major. */
  readonly draws: Float32Array;
  /** (Σ w_s)² / Σ w_s², from 1 to S. Estimates with few effective samples cannot be trusted. */
  readonly effectiveSampleSize: number;
  /** log p̂(x_obs) = log (1/S) Σ w_s, nats. */
  readonly logEvidence: number;
}

/** Totals of {@link impute}. */
export interface Imputations {
  /** Data points imputed. */
  readonly count: number;
  readonly samples: number;
  readonly draws: number;
  /** Mean over data points. */
  readonly effectiveSampleSize: number;
  /** The smallest of all data points; ∞ without any. */
  readonly leastEffectiveSampleSize: number;
}

/**
 * Imputes missing entries by self-normalised importance sampling and importance resampling.
 *
 * z_s ~ q(z|x_obs), w_s = p(x_obs|z_s)·p(z_s)/q(z_s|x_obs), w̃ = w/Σ w, μ_s = E[x|z_s], x_s ~ p(x|z_s), s = 1…S:
 * E[x|x_obs] ≈ m = Σ w̃_s·μ_s, and Var[x|x_obs] ≈ Σ w̃_s·((μ_s − m)² + (x_s − μ_s)²), the law of total variance with
 * one draw for p(x|z)'s own part. Both have a bias of O(1/S). Standard errors: √(Σ w̃_s²·(μ_s − m)²). An imputation
 * takes z* = z_s with probability w̃_s and then x_mis ~ p(x|z*), which is exact as S grows. The M imputations are
 * independent given the S samples.
 *
 * Results come by `onEstimate`, in new arrays. Data point i's numbers depend on the key and i only, not on threads. A
 * first pass keeps the S log-weights (4 bytes each) and sums over the samples; a second one computes the M chosen
 * samples again from their keys. So nothing of size S·P is kept; runs are as large as memory allows (see RUN_BYTES).
 * @throws ExpectationError for a mask with other values than 0 and 1, for a missing entry that is not 0, and where
 *   every weight is 0; NonFiniteError for weights that are not finite
 * @see Mattei & Frellsen 2019 (MIWAE), arXiv:1812.02633, single and multiple imputation; Rezende, Mohamed & Wierstra
 *   2014, arXiv:1401.4082, appendix F, for draws by a Markov chain instead
 */
export function impute(options: ImputeOptions): Promise<Imputations> {
  return imputeAt(upTo(options.data.count), options);
}

/** {@link impute} of the data points with the given indices. */
export async function imputeAt(indices: Iterable<number>, options: ImputeOptions): Promise<Imputations> {
  const { data, samples, draws, onEstimate, onProgress } = options;
  checkCount('impute: samples', samples);
  checkCount('impute: draws', draws);
  maskedWidth('impute: data', data);
  const passes = await ImputationPasses.open(options);
  const sizes = new Moments();
  let least = Number.POSITIVE_INFINITY;
  try {
    const results = inOrder(untilAborted(indices, options), passes.points, (i) => imputedAt(i, passes, options));
    for await (const [i, imputed] of results) {
      sizes.add(imputed.effectiveSampleSize);
      least = Math.min(least, imputed.effectiveSampleSize);
      onEstimate?.(i, imputed);
      onProgress?.(i + 1);
    }
  } finally {
    await passes.dispose();
  }
  const { count, mean: effectiveSampleSize } = sizes;
  return { count, samples, draws, effectiveSampleSize, leastEffectiveSampleSize: least };
}

function* upTo(count: number): Generator<number> {
  for (let i = 0; i < count; i++) yield i;
}

function* untilAborted(indices: Iterable<number>, { signal }: ImputeOptions): Generator<number> {
  if (signal?.aborted) return;
  for (const i of indices) {
    yield i;
    if (signal?.aborted) return;
  }
}

/** Both passes over one data point. */
async function imputedAt(index: number, passes: ImputationPasses, options: ImputeOptions): Promise<Imputed> {
  const { data, samples, draws } = options;
  const where = `impute: data point ${index}`;
  const x = data.row(index).slice();
  const width = maskedWidth(where, data);
  checkRow(where, x, width);
  const key = fold(options.key, index);
  const zKey = fold(key, 'z');
  const moments = new WeightedMoments(width);
  const evidence = new LogMeanExp();
  const logWeights = new Float32Array(samples);
  for await (const [{ first }, { logWeight, ...sums }] of passes.weigh(x, { zKey, xKey: fold(key, 'x') })) {
    logWeights.set(logWeight!, first);
    evidence.add(logWeight!);
    moments.add(logWeight!, sums);
  }
  const { logMean: logEvidence, effectiveSampleSize } = evidence;
  refuseWeights(where, logEvidence, moments.isKnown);
  const chosen = resample(logWeights, draws, fold(key, 'choice'));
  const rows = new Float32Array(draws * width);
  for await (const [{ first }, { draw }] of passes.draw(x, { zKey, xKey: fold(key, 'draw'), chosen }))
    rows.set(draw!, first * width);
  return { ...completed(x.subarray(0, 2 * width), moments, rows), effectiveSampleSize, logEvidence };
}

/** Estimates for the missing entries of a row [x, m], the row's own values for the observed ones. */
function completed(x: Float32Array, moments: WeightedMoments, draws: Float32Array) {
  const width = x.length / 2;
  const isMissing = (i: number) => x[width + i] === 0;
  const ofEach = (estimate: (i: number) => number, own: (i: number) => number) =>
    Float64Array.from({ length: width }, (_, i) => (isMissing(i) ? estimate(i) : own(i)));
  const mean = ofEach(
    (i) => moments.mean(i),
    (i) => x[i]!,
  );
  const meanStandardError = ofEach(
    (i) => moments.standardError(i),
    () => 0,
  );
  const variance = ofEach(
    (i) => moments.variance(i),
    () => 0,
  );
  return { mean, meanStandardError, variance, draws: draws.map((value, at) => ofDraw(value, at % width)) };

  function ofDraw(value: number, i: number): number {
    return isMissing(i) ? value : x[i]!;
  }
}
