// Importance-sampled log p(x): a pure function of one chunk of samples, and an accumulator that streams over chunks.
import type { Tensor1D, Tensor2D } from '@flowvae/tensor';
import type { LatentModel } from './latent-model.ts';
import { logWeight, scoreSample } from './log-weight.ts';

/**
 * Log-weights of S samples of one data point, with their terms; each [S], nats.
 *
 * The model must be at a single data point: its parameters have one row, which all samples share, so nothing is tiled.
 * @param noise [S, width]
 */
export function importanceChunk(model: LatentModel, noise: Tensor2D): Readonly<Record<string, Tensor1D>> {
  const densities = scoreSample(model, noise);
  const { logLikelihood, logPrior, posteriorTerms } = densities;
  return { logWeight: logWeight(densities), logLikelihood, logPrior, ...posteriorTerms };
}

/**
 * log (1/S) Σ exp(log w_s), the mean of log w_s, and the evenness of the weights: streamed in float64 and constant
 * memory.
 *
 * The first estimates log p(x) (a lower bound in expectation, tight as S grows); the second is the ELBO.
 * @see Rezende et al. 2014, arXiv:1401.4082, appendix E; Burda et al. 2016, arXiv:1509.00519, eq. 8
 */
export class LogMeanExp {
  #count = 0;
  #max = Number.NEGATIVE_INFINITY;
  /** Σ exp(log w − max) */
  #scaledSum = 0;
  /** Σ exp(2·(log w − max)) */
  #scaledSquares = 0;
  #sum = 0;

  /** Adds a chunk of log-weights. */
  add(logWeights: ArrayLike<number>): void {
    for (let s = 0; s < logWeights.length; s++) {
      const value = logWeights[s]!;
      if (value > this.#max) {
        const shrink = Math.exp(this.#max - value);
        this.#scaledSum = this.#scaledSum * shrink + 1;
        this.#scaledSquares = this.#scaledSquares * shrink * shrink + 1;
        this.#max = value;
      } else if (value !== Number.NEGATIVE_INFINITY) {
        const scaled = Math.exp(value - this.#max); // NaN stays NaN
        this.#scaledSum += scaled;
        this.#scaledSquares += scaled * scaled;
      }
      this.#sum += value;
    }
    this.#count += logWeights.length;
  }

  /** log (1/S) Σ w_s, nats; −∞ if every weight was 0. */
  get logMean(): number {
    return this.#max === Number.NEGATIVE_INFINITY && !Number.isNaN(this.#scaledSum)
      ? this.#max
      : this.#max + Math.log(this.#scaledSum / this.#count);
  }

  /** (1/S) Σ log w_s, nats. */
  get mean(): number {
    return this.#sum / this.#count;
  }

  /**
   * (Σ w_s)² / Σ w_s², from 1 (one weight dominates) to S (all are equal); NaN if every weight was 0.
   *
   * The relative variance of the estimate is about 1/ESS − 1/S. The ESS is an estimate itself, too high if the largest
   * weights were never drawn.
   * @see Kong et al. 1994, JASA 89(425), section 4
   */
  get effectiveSampleSize(): number {
    return this.#scaledSum ** 2 / this.#scaledSquares;
  }

  /** max w_s / Σ w_s, the share of the largest weight; NaN if every weight was 0. */
  get maxNormalisedWeight(): number {
    return this.#max === Number.NEGATIVE_INFINITY ? Number.NaN : 1 / this.#scaledSum;
  }
}
