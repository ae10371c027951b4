// Pareto k̂: the heaviness of the importance weights' tail, which shows whether an estimate from the weights can be
// trusted.
import { fitGeneralisedPareto, type GeneralisedPareto } from './generalised-pareto.ts';

/** With fewer exceedances, the tail is unknown. */
const FEWEST = 5;

/**
 * Least exceedance, relative to the largest weight 1: with smaller ones the fit's 1/x overflows. For an estimate, a
 * weight this far below the largest is the same as 0.
 */
const LEAST = 2 ** -1000;

/** Weight of the prior on k, in observations, and its centre. */
const PRIOR = { count: 10, shape: 0.5 };

/**
 * k̂ of importance weights: the shape of a generalised Pareto distribution fitted to the M = min(S/5, 3√S) largest of S
 * weights.
 *
 * The weights have 1/k finite moments. Below 0.5 their variance is finite; up to `paretoKThreshold(S)` the estimate can
 * be trusted; from 1 on they have no mean. The prior draws k̂ towards 0.5 by the weight of ten observations.
 * @param logWeights [S], nats, up to a constant
 * @returns NaN for fewer than 21 weights, for weights that are all 0, and if one is NaN; −∞ if the largest are all
 * equal; ∞ if fewer than five exceed the threshold by 2⁻¹⁰⁰⁰ of the largest, and if no finite shape fits
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

/** Number of the largest of S weights that form the tail, ⌈min(S/5, 3√S)⌉. @see {@link paretoK} */
export const weightTailLength = (samples: number): number => Math.ceil(Math.min(samples / 5, 3 * Math.sqrt(samples)));

/** Tail of importance weights above a threshold; the largest weight is 1. */
export interface WeightTailFit extends GeneralisedPareto {
  /** k̂ and its special values, see {@link paretoK}. */
  readonly shape: number;
  /** σ; NaN if k̂ is not finite. */
  readonly scale: number;
  /** The largest weight outside the tail. */
  readonly threshold: number;
  /** Weights that the fit counts. */
  readonly count: number;
}

/**
 * Fits the tail of importance weights.
 *
 * @param logWeights ascending, the threshold first, then the tail; nats, up to a constant
 */
export function fitWeightTail(logWeights: Float64Array): WeightTailFit {
  const [limit, ...tail] = logWeights;
  const largest = tail.at(-1) ?? Number.NaN;
  const threshold = Math.exp(limit! - largest);
  const without = (shape: number, count = 0) => ({ shape, scale: Number.NaN, threshold, count });
  if (tail.length < FEWEST || !Number.isFinite(largest)) return without(Number.NaN);
  if (largest === limit) return without(Number.NEGATIVE_INFINITY);
  const exceedances = tail.map((value) => Math.exp(value - largest) - threshold).filter((value) => value > LEAST);
  const count = exceedances.length;
  if (count < FEWEST) return without(Number.POSITIVE_INFINITY, count);
  const { shape, scale } = fitGeneralisedPareto(exceedances);
  if (!Number.isFinite(shape)) return without(Number.POSITIVE_INFINITY, count);
  return { shape: (count * shape + PRIOR.count * PRIOR.shape) / (count + PRIOR.count), scale, threshold, count };
}

/**
 * The largest of S log-weights, streamed: memory grows with √S only. The result equals `paretoK` of all weights
 * exactly.
 */
export class WeightTail {
  readonly #length: number;
  /** The largest values so far, with room for equally many candidates. */
  readonly #kept: Float64Array;
  #end: number;
  /** Values up to this one are not among the largest. */
  #floor = Number.NEGATIVE_INFINITY;

  /** @param samples how many weights will come, S */
  constructor(samples: number) {
    this.#length = weightTailLength(samples);
    this.#end = this.#length + 1; // the largest weight outside the tail is its threshold
    this.#kept = new Float64Array(2 * this.#end).fill(Number.NEGATIVE_INFINITY);
  }

  /** Adds a chunk of log-weights. */
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
    return fitWeightTail(this.#kept.subarray(0, this.#length + 1)).shape;
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
