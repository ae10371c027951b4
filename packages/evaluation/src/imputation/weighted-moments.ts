// Self-normalised importance-sampling estimates of means and variances, streamed over runs of samples.
import type { Arrays } from '@flowvae/compiler';
import { type Tensor, type Tensor1D, type Tensor2D, tf } from '@flowvae/tensor';

/** A log-weight at or below this is a weight of 0. */
const LOG_ZERO = -1e30;

/**
 * The sums of one run, each [1, P], as nodes of the graph; with w = exp(log w − max log w):
 * `mean` m = Σ w·μ / Σ w, `between` Σ w·(μ − m)², `within` Σ w·(x − μ)², `linear` Σ w²·(μ − m), `quadratic`
 * Σ w²·(μ − m)².
 *
 * @param logWeight [S], nats
 * @param mu E[x|z], [S, P]
 * @param x draws from p(x|z), [S, P]
 */
export function weightedSums(logWeight: Tensor1D, mu: Tensor2D, x: Tensor2D): Readonly<Record<string, Tensor>> {
  const largest = tf.maximum(tf.max(logWeight), LOG_ZERO);
  const w: Tensor2D = tf.reshape(tf.exp(tf.sub(logWeight, largest)), [1, -1]);
  const summed = (weights: Tensor2D, values: Tensor) => tf.matMul(weights, values as Tensor2D);
  const mean = tf.div(summed(w, mu), tf.maximum(tf.sum(w), 1)); // the largest w is 1, or all are 0
  const centred = tf.sub(mu, mean);
  const squares = tf.square(centred);
  return {
    mean,
    between: summed(w, squares),
    within: summed(w, tf.square(tf.sub(x, mu))),
    linear: summed(tf.square(w), centred),
    quadratic: summed(tf.square(w), squares),
  };
}

/**
 * Estimates of E[x] and Var[x] under the weighted samples of all runs, in float64; memory does not grow with samples.
 *
 * With normalised weights w̃: mean m = Σ w̃·μ, variance Σ w̃·((μ − m)² + (x − μ)²), standard error of the mean
 * √(Σ w̃²·(μ − m)²). Runs are joined by the parallel-variance formulas.
 * @see Chan, Golub & LeVeque 1983, "Algorithms for computing the sample variance"; Owen 2013, "Monte Carlo theory,
 * methods and examples", section 9.2, for the standard error (delta method)
 */
export class WeightedMoments {
  #logScale = Number.NEGATIVE_INFINITY;
  /** Σ w and Σ w², w = exp(log w − logScale) */
  #sum = 0;
  #squares = 0;
  readonly #mean: Float64Array;
  readonly #between: Float64Array;
  readonly #within: Float64Array;
  readonly #linear: Float64Array;
  readonly #quadratic: Float64Array;

  constructor(width: number) {
    this.#mean = new Float64Array(width);
    this.#between = new Float64Array(width);
    this.#within = new Float64Array(width);
    this.#linear = new Float64Array(width);
    this.#quadratic = new Float64Array(width);
  }

  /**
   * @param logWeights of the run's samples
   * @param sums those of {@link weightedSums}, [P] each
   */
  add(logWeights: Float32Array, sums: Arrays): void {
    const largest = logWeights.reduce((most, value) => Math.max(most, value), Number.NEGATIVE_INFINITY);
    if (largest <= LOG_ZERO) return;
    const weights = Float64Array.from(logWeights, (value) => Math.exp(value - largest));
    const logScale = Math.max(this.#logScale, largest);
    const [old, added] = [Math.exp(this.#logScale - logScale), Math.exp(largest - logScale)];
    const [oldSum, addedSum] = [this.#sum * old, total(weights) * added];
    const [oldSquares, addedSquares] = [this.#squares * old ** 2, total(weights.map((w) => w ** 2)) * added ** 2];
    this.#logScale = logScale;
    this.#sum = oldSum + addedSum;
    this.#squares = oldSquares + addedSquares;
    for (let i = 0; i < this.#mean.length; i++) {
      const difference = sums.mean![i]! - this.#mean[i]!;
      const mean = this.#mean[i]! + difference * (addedSum / this.#sum);
      const [ofOld, ofAdded] = [this.#mean[i]! - mean, sums.mean![i]! - mean]; // shifts of the centres
      const linear = [this.#linear[i]! * old ** 2, sums.linear![i]! * added ** 2] as const;
      this.#mean[i] = mean;
      this.#between[i] =
        this.#between[i]! * old + oldSum * ofOld ** 2 + (sums.between![i]! * added + addedSum * ofAdded ** 2);
      this.#within[i] = this.#within[i]! * old + sums.within![i]! * added;
      this.#quadratic[i] =
        this.#quadratic[i]! * old ** 2 +
        ofOld * (2 * linear[0] + ofOld * oldSquares) +
        sums.quadratic![i]! * added ** 2 +
        ofAdded * (2 * linear[1] + ofAdded * addedSquares);
      this.#linear[i] = linear[0] + ofOld * oldSquares + linear[1] + ofAdded * addedSquares;
    }
  }

  /** Whether a sample had a weight above 0; if not, all estimates are NaN. */
  get isKnown(): boolean {
    return this.#sum > 0;
  }

  /** Σ w̃·μ of column i. */
  mean(i: number): number {
    return this.isKnown ? this.#mean[i]! : Number.NaN;
  }

  /** Σ w̃·((μ − m)² + (x − μ)²) of column i. */
  variance(i: number): number {
    return (this.#between[i]! + this.#within[i]!) / this.#sum;
  }

  /** √(Σ w̃²·(μ − m)²) of column i. */
  standardError(i: number): number {
    return Math.sqrt(Math.max(0, this.#quadratic[i]!)) / this.#sum;
  }
}

const total = (values: Float64Array) => values.reduce((sum, value) => sum + value, 0);
