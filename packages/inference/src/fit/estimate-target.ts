// Importance sampling from a fitted guide: log Z, moments, and how far they can be trusted.
import { drawNoise } from '@flowvae/distributions';
import { tabulate } from '@flowvae/evaluation';
import { LogMeanExp, paretoK } from '@flowvae/objectives';
import type { Key } from '@flowvae/random';
import { dataPoints, type Tensor1D, tf } from '@flowvae/tensor';
import type { RunnerOptions } from '@flowvae/training';
import type { Guide } from '../guides/guide.ts';
import type { Target } from '../target/target.ts';
import { type ColumnMoments, weightedMoments } from './weighted-moments.ts';

/** Options of {@link estimateTarget}. */
export interface EstimateOptions extends RunnerOptions {
  /** Importance samples S. */
  readonly samples: number;
  readonly key: Key;
  readonly signal?: AbortSignal;
}

/** Importance-sampling estimates from S draws of a guide; nats. */
export interface TargetEstimate {
  readonly samples: number;
  /** E_q[log p̃ − log q], and its standard error. */
  readonly elbo: number;
  readonly elboError: number;
  /** log (1/S) Σ w, w = p̃/q, and its standard error (Σw²/(Σw)² − 1/S)^½, which needs weights with a variance. */
  readonly logZ: number;
  readonly logZError: number;
  /** k̂ of the weights, see `paretoK`. */
  readonly paretoK: number;
  /** (Σw)²/Σw², from 1 to S. */
  readonly effectiveSampleSize: number;
  /** Moments of the target by weighted draws, by column. */
  readonly moments: Readonly<Record<string, ColumnMoments>>;
  /** Moments of the guide itself, by column. */
  readonly guideMoments: Readonly<Record<string, ColumnMoments>>;
  readonly draws: GuideDraws;
}

/** Draws of a guide in the units of the target's columns. */
export interface GuideDraws {
  readonly columns: readonly string[];
  /** [S, columns] */
  readonly values: Float32Array;
  /** [S, D], the guide's own points. */
  readonly z: Float32Array;
  /** log q(z), [S], nats. */
  readonly logProb: Float32Array;
  /** log p̃(z) − log q(z), [S], nats. */
  readonly logWeight: Float32Array;
}

/**
 * Draws of a guide with their weights; the first draws of more are those of fewer.
 *
 * @throws the signal's reason if it aborts before all are drawn
 */
export async function guideDraws(
  { logDensity, columns, values }: Target,
  { distribution, variables }: Guide,
  { samples, key, ...options }: EstimateOptions,
): Promise<GuideDraws> {
  const { kind, width } = distribution.noise;
  const noise = new Float32Array(samples * width);
  drawNoise(kind, key, noise);
  const arrays = await tabulate(
    (drawn) => {
      const { z, logProb } = distribution.sampleAndLogProb(drawn);
      return { z, logProb, logWeight: tf.sub<Tensor1D>(logDensity(z), logProb), values: values(z) };
    },
    dataPoints(noise, width),
    { ...options, variables },
  );
  options.signal?.throwIfAborted();
  return { columns, ...(arrays as unknown as Omit<GuideDraws, 'columns'>) };
}

/**
 * Estimates log Z and the target's moments by importance sampling with S draws of the guide.
 *
 * @throws the signal's reason if it aborts: there is no estimate then
 */
export async function estimateTarget(target: Target, guide: Guide, options: EstimateOptions): Promise<TargetEstimate> {
  return estimateFromDraws(await guideDraws(target, guide, options));
}

/** The estimates from draws that were made before. */
export function estimateFromDraws(draws: GuideDraws): TargetEstimate {
  const { columns, values, logWeight } = draws;
  const samples = logWeight.length;
  const weights = new LogMeanExp();
  weights.add(logWeight);
  const { logMean, mean, effectiveSampleSize } = weights;
  const squares = logWeight.reduce((sum, each) => sum + (each - mean) ** 2, 0);
  const table = { columns, values };
  return {
    samples,
    elbo: mean,
    elboError: Math.sqrt(squares / (samples - 1) / samples),
    logZ: logMean,
    logZError: Math.sqrt(Math.max(0, 1 / effectiveSampleSize - 1 / samples)),
    paretoK: paretoK(logWeight),
    effectiveSampleSize,
    moments: weightedMoments(table, logWeight),
    guideMoments: weightedMoments(table, new Float32Array(samples)),
    draws,
  };
}
