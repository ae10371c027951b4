// Estimates from annealed chains for data points, and means over them.
import { LogMeanExp } from '@flowvae/objectives';
import { Moments } from '../moments.ts';
import type { ChainResult } from './chains.ts';

/** The estimate for one data point in one direction. */
export interface DirectionEstimate {
  /** log p̂(x), nats; in expectation the forward one is too low, the reverse one too high. */
  readonly logEvidence: number;
  /** (Σ w)² / Σ w² over chains, from 1 to their number. */
  readonly effectiveSampleSize: number;
  /** Mean acceptance probability of the transitions; NaN where the path has none. */
  readonly acceptance: number;
}

/** The estimates for one data point. */
export interface AnnealedEstimate {
  readonly forward: DirectionEstimate;
  readonly reverse?: DirectionEstimate;
}

/** Means over data points, in one direction. */
export interface DirectionSummary extends DirectionEstimate {
  /** Standard error of `logEvidence` over data points. */
  readonly logEvidenceStandardError: number;
}

/** Means over the finished data points; nats. */
export interface AnnealedImportance {
  readonly images: number;
  readonly chains: number;
  /** Number T of temperatures: the path has β₀ = 0 … β_T = 1. */
  readonly temperatures: number;
  /** A lower bound on the mean of log p(x), in expectation. */
  readonly forward: DirectionSummary;
  /** An upper bound, in expectation; only with given latents. */
  readonly reverse?: DirectionSummary;
  /** reverse − forward, mean over data points; in expectation larger than the error of either. */
  readonly gap?: number;
  /** Standard error of `gap` over data points. */
  readonly gapStandardError?: number;
}

/** Estimates of data points whose chains follow one another. */
export function pointEstimates(forward: ChainResult, chains: number, reverse?: ChainResult): AnnealedEstimate[] {
  const lower = directionEstimates(forward, chains, 1);
  const upper = reverse && directionEstimates(reverse, chains, -1);
  return lower.map((estimate, i) => ({ forward: estimate, ...(upper ? { reverse: upper[i]! } : {}) }));
}

/** @param sign −1 for weights that estimate 1/p(x) */
function directionEstimates(
  { logWeights, acceptance }: ChainResult,
  chains: number,
  sign: 1 | -1,
): DirectionEstimate[] {
  return Array.from({ length: logWeights.length / chains }, (_, point) => {
    const [from, to] = [point * chains, (point + 1) * chains];
    const weights = new LogMeanExp();
    weights.add(logWeights.subarray(from, to));
    return {
      logEvidence: sign * weights.logMean,
      effectiveSampleSize: weights.effectiveSampleSize,
      acceptance: acceptance.subarray(from, to).reduce((sum, value) => sum + value, 0) / chains,
    };
  });
}

/** Streams estimates into means. */
export class AnnealedSummary {
  readonly #forward = new DirectionMoments();
  readonly #reverse = new DirectionMoments();
  readonly #gap = new Moments();

  add({ forward, reverse }: AnnealedEstimate): void {
    this.#forward.add(forward);
    if (!reverse) return;
    this.#reverse.add(reverse);
    this.#gap.add(reverse.logEvidence - forward.logEvidence);
  }

  means(isBidirectional: boolean): Omit<AnnealedImportance, 'chains' | 'temperatures'> {
    const forward = this.#forward.means();
    const images = this.#forward.count;
    if (!isBidirectional) return { images, forward };
    const { mean: gap, standardError: gapStandardError } = this.#gap;
    return { images, forward, reverse: this.#reverse.means(), gap, gapStandardError };
  }
}

class DirectionMoments {
  readonly #logEvidence = new Moments();
  readonly #effectiveSampleSize = new Moments();
  readonly #acceptance = new Moments();

  get count(): number {
    return this.#logEvidence.count;
  }

  add({ logEvidence, effectiveSampleSize, acceptance }: DirectionEstimate): void {
    this.#logEvidence.add(logEvidence);
    this.#effectiveSampleSize.add(effectiveSampleSize);
    this.#acceptance.add(acceptance);
  }

  means(): DirectionSummary {
    return {
      logEvidence: this.#logEvidence.mean,
      logEvidenceStandardError: this.#logEvidence.standardError,
      effectiveSampleSize: this.#effectiveSampleSize.mean,
      acceptance: this.#acceptance.mean,
    };
  }
}
