// Pareto k̂: how heavy the tail of importance weights is, hence whether an estimate made of them can be trusted.
import { fitGeneralisedPareto } from './generalised-pareto.ts';

/** Fewer exceedances say nothing of a tail. */
const FEWEST = 5;

/**
 * Least exceedance, the largest weight being 1: next to smaller ones the fit's 1/x overflows. Whether a weight is that
 * far below the largest or 0 says nothing of an estimate.
 */
const LEAST = 2 ** -1000;

/** Weight of the prior on k, in observations, and where it is centred. */
const PRIOR = { count: 10, shape: 0.5 };

/**
 * k̂ of importance weights: the shape of a generalised Pareto distribution fitted to the M = min(S/5, 3√S) largest of S
 * weights.
 *
 * The weights have 1/k finite moments. Below 0.5 their variance is finite; up to `paretoKThreshold(S)` the estimate can
 * be trusted; from 1 on they have no mean. The prior draws k̂ towards 0.5 by the weight of ten observations.
 * @param logWeights [S], nats, up to a constant
 * @returns NaN of fewer than 21 weights, of weights that are all 0, and where one is NaN; −∞ where the largest are all
 * equal; ∞ where fewer than five exceed the threshold by 2⁻¹⁰⁰⁰ of the largest, and where no finite shape fits
 * @see Vehtari et al. 2024, arXiv:1507.02646, section 3; Yao et al. 2018, arXiv:1802.02538, section 2
 */
export function paretoK(logWeights: ArrayLike<number>): number {
  const tail = new WeightTail(logWeights.length);
  tail.add(logWeights);
  return tail.paretoK;
}

/**
 * k̂ below which an estimate from S weights can be trusted: min(1 − 1/log₁₀ S, 0.7). @see Vehtari et al. 2024,
 * arXiv:1507.02646, section 3.2
 */
export const paretoKThreshold = (samples: number): number => Math.min(1 - 1 / Math.log10(samples), 0.7);

/**
 * The largest of S log-weights, streamed: memory grows with √S only. Gives exactly what `paretoK` gives of all of them.
 */
export class WeightTail {
  readonly #length: number;
  /** The largest values so far, and room for as many candidates behind them. */
  readonly #kept: Float64Array;
  #end: number;
  /** What is no larger than this is not among the largest. */
  #floor = Number.NEGATIVE_INFINITY;

  /** @param samples how many weights will come, S */
  constructor(samples: number) {
    this.#length = Math.ceil(Math.min(samples / 5, 3 * Math.sqrt(samples)));
    this.#end = this.#length + 1; // the largest weight outside the tail is its threshold
    this.#kept = new Float64Array(2 * this.#end).fill(Number.NEGATIVE_INFINITY);
  }

  /** Takes in a chunk of log-weights. */
  add(logWeights: ArrayLike<number>): void {
    for (let s = 0; s < logWeights.length; s++) {
      const value = logWeights[s]!;
      if (value <= this.#floor) continue; // NaN is kept, and sorted to the end
      this.#kept[this.#end++] = value;
      if (this.#end === this.#kept.length) this.#drop();
    }
  }

  /** k̂ of the weights so far, see {@link paretoK}. */
  get paretoK(): number {
    this.#drop();
    const [threshold, ...tail] = this.#kept.subarray(0, this.#length + 1);
    const largest = tail.at(-1) ?? Number.NaN;
    if (tail.length < FEWEST || !Number.isFinite(largest)) return Number.NaN;
    if (largest === threshold) return Number.NEGATIVE_INFINITY;
    const base = Math.exp(threshold! - largest);
    const exceedances = tail.map((value) => Math.exp(value - largest) - base).filter((value) => value > LEAST);
    if (exceedances.length < FEWEST) return Number.POSITIVE_INFINITY;
    const { shape } = fitGeneralisedPareto(exceedances);
    if (!Number.isFinite(shape)) return Number.POSITIVE_INFINITY;
    const count = exceedances.length;
    return (count * shape + PRIOR.count * PRIOR.shape) / (count + PRIOR.count);
  }

  /** Leaves the largest values only, in ascending order at the front. */
  #drop(): void {
    const room = this.#length + 1;
    this.#kept.subarray(0, this.#end).sort();
    this.#kept.copyWithin(0, this.#end - room, this.#end);
    this.#end = room;
    this.#floor = this.#kept[0]!;
  }
}
