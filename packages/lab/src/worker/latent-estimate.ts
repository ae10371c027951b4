// log p(x) of one picture by importance sampling from q(z|x), and the reliability of the estimate.
import { type WeightedDraws, weightedDraws } from '@flowvae/evaluation';
import { LogMeanExp, paretoK, paretoKThreshold } from '@flowvae/objectives';
import { fold, key } from '@flowvae/random';
import type { MlpVae } from '@flowvae/vae';

/** Samples in one draw of noise. The keys below are those of `evaluateModel`, so that both have the same draws. */
const CHUNK = 500;

/** How a picture is weighed. */
export interface Weighing {
  /** Importance samples S. */
  readonly samples: number;
  readonly seed: number;
  /** Says how much is done, from 0 to 1. */
  readonly onProgress?: ((share: number) => void) | undefined;
}

/** An estimate from S importance weights; nats. */
export interface Estimate {
  readonly samples: number;
  /** log p̂(x) */
  readonly logEvidence: number;
  readonly logEvidenceError: number;
  /** The evidence lower bound, the mean log-weight. */
  readonly elbo: number;
  readonly elboError: number;
  /** From 1 to S. */
  readonly effectiveSampleSize: number;
  /** k̂; NaN for S below 21. */
  readonly paretoK: number;
  /** k̂ up to which an estimate from S weights can be trusted. */
  readonly threshold: number;
}

/** Draws of q(z|x) with their importance weights: the draws of `evaluateModel` for its first data point. */
export async function weighed(
  model: MlpVae,
  x: Float32Array,
  { samples, seed, onProgress }: Weighing,
): Promise<WeightedDraws> {
  const chunks = Math.ceil(samples / CHUNK);
  const size = Math.min(CHUNK, samples);
  const row = (chunk: number) => {
    onProgress?.(chunk / chunks);
    return x;
  };
  const parts = await weightedDraws({
    modelAt: (rows) => model.at(rows),
    variables: model.variables,
    noise: model.noise,
    data: { count: chunks, width: x.length, row }, // the same picture for each chunk
    samples: size,
    key: fold(key(seed), 'importance', 0),
    engine: 'eager',
  });
  const z = new Float32Array(samples * model.latent);
  const logWeight = new Float32Array(samples);
  for (const [chunk, part] of parts.entries()) {
    const kept = Math.min(size, samples - chunk * size);
    z.set(part.z.subarray(0, kept * model.latent), chunk * size * model.latent);
    logWeight.set(part.logWeight.subarray(0, kept), chunk * size);
  }
  return { z, logWeight };
}

/**
 * The estimate from log-weights.
 *
 * The error of log p̂(x) is that of its mean weight, relative to it: √(1/ESS − 1/S).
 */
export function estimateOf(logWeight: Float32Array): Estimate {
  const all = new LogMeanExp();
  all.add(logWeight);
  const samples = logWeight.length;
  const { logMean, mean, effectiveSampleSize } = all;
  const squares = logWeight.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return {
    samples,
    logEvidence: logMean,
    logEvidenceError: Math.sqrt(Math.max(0, 1 / effectiveSampleSize - 1 / samples)),
    elbo: mean,
    elboError: Math.sqrt(squares / (samples - 1) / samples),
    effectiveSampleSize,
    paretoK: paretoK(logWeight),
    threshold: paretoKThreshold(samples),
  };
}
