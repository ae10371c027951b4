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
 * log (1/S) Σ exp(log w_s) and the mean of log w_s, streamed in float64 and constant memory.
 *
 * The first estimates log p(x) (a lower bound in expectation, tight as S grows); the second is the ELBO.
 * @see Rezende et al. 2014, arXiv:1401.4082, appendix E; Burda et al. 2016, arXiv:1509.00519, eq. 8
 */
export class LogMeanExp {
  #count = 0;
  #max = Number.NEGATIVE_INFINITY;
  /** Σ exp(log w − max) */
  #scaledSum = 0;
  #sum = 0;

  /** Takes in a chunk of log-weights. */
  add(logWeights: ArrayLike<number>): void {
    for (let s = 0; s < logWeights.length; s++) {
      const value = logWeights[s]!;
      if (value > this.#max) {
        this.#scaledSum = this.#scaledSum * Math.exp(this.#max - value) + 1;
        this.#max = value;
      } else if (value !== Number.NEGATIVE_INFINITY) {
        this.#scaledSum += Math.exp(value - this.#max); // NaN stays NaN
      }
      this.#sum += value;
    }
    this.#count += logWeights.length;
  }

  /** log (1/S) Σ w_s, nats; −∞ where every weight was 0. */
  get logMean(): number {
    return this.#max === Number.NEGATIVE_INFINITY && !Number.isNaN(this.#scaledSum)
      ? this.#max
      : this.#max + Math.log(this.#scaledSum / this.#count);
  }

  /** (1/S) Σ log w_s, nats. */
  get mean(): number {
    return this.#sum / this.#count;
  }
}
