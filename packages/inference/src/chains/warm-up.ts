// Warm-up of chains: a step size for all of them, and a scale for each coordinate.
import { initialStepSize } from '@flowvae/evaluation';
import { DualAveraging } from './dual-averaging.ts';

/** Transitions before, in the first of, and after the windows that learn scales, as Stan has them. */
const [BEFORE, FIRST, AFTER] = [75, 25, 50];

/** With fewer transitions, only the step size is adapted. */
const FEWEST = 20;

/** Shares of a short warm-up before and after its only window. */
const [SHARE_BEFORE, SHARE_AFTER] = [0.15, 0.1];

/**
 * The transitions after which scales are renewed: ends of windows, each twice as long as the one before, the last as
 * long as there is room.
 *
 * @see Stan Reference Manual, section "Automatic parameter tuning"
 */
export function windowEnds(warmUp: number): number[] {
  if (warmUp < FEWEST) return [];
  if (warmUp < BEFORE + FIRST + AFTER) return [warmUp - Math.floor(SHARE_AFTER * warmUp)];
  const last = warmUp - AFTER;
  const ends: number[] = [];
  for (let end = BEFORE + FIRST, size = FIRST; end < last; size *= 2, end += size) {
    if (end + 2 * size > last) break; // no room for the next window
    ends.push(end);
  }
  return [...ends, last];
}

const windowStart = (warmUp: number) => Math.min(BEFORE, Math.floor(SHARE_BEFORE * warmUp));

/** Options of a {@link WarmUp}. */
export interface WarmUpOptions {
  /** Number of transitions. */
  readonly transitions: number;
  readonly dim: number;
  /** Wanted acceptance. */
  readonly acceptance: number;
}

/**
 * Adapts all chains together: the step size by dual averaging of their mean acceptance, the scale of a coordinate by
 * the standard deviation of all chains' positions in a window.
 *
 * Scales are a diagonal mass matrix of inverse variances: a transition moves z/scale with unit mass.
 */
export class WarmUp {
  readonly #wanted: number;
  readonly #ends: readonly number[];
  readonly #start: number;
  #moments: ColumnMoments;
  #averaging: DualAveraging;
  #done = 0;
  /** Standard deviation of each coordinate, 1 at first. */
  readonly scales: Float32Array;

  constructor({ transitions, dim, acceptance }: WarmUpOptions) {
    this.#wanted = acceptance;
    this.#ends = windowEnds(transitions);
    this.#start = windowStart(transitions);
    this.scales = new Float32Array(dim).fill(1);
    this.#moments = new ColumnMoments(dim);
    this.#averaging = new DualAveraging(this.#wanted, initialStepSize(dim));
  }

  /** ε of the next transition of the warm-up. */
  get stepSize(): number {
    return this.#averaging.size;
  }

  /** ε to keep after the warm-up. */
  get settledStepSize(): number {
    return this.#averaging.settled;
  }

  /**
   * Takes a transition of all chains.
   *
   * @param z positions, [chains, D]
   * @param acceptance [chains]
   * @returns whether scales changed
   */
  observe(z: Float32Array, acceptance: Float32Array): boolean {
    this.#averaging.observe(acceptance.reduce((sum, value) => sum + value, 0) / acceptance.length);
    if (++this.#done > this.#start) this.#moments.add(z);
    if (!this.#ends.includes(this.#done)) return false;
    for (const [d, variance] of this.#moments.variances().entries()) {
      const scale = Math.fround(Math.sqrt(variance));
      if (Number.isFinite(scale) && scale > 0) this.scales[d] = scale;
    }
    this.#moments = new ColumnMoments(this.scales.length);
    this.#averaging = new DualAveraging(this.#wanted, this.#averaging.settled);
    return true;
  }
}

/** Variances of columns, streamed (Welford). */
class ColumnMoments {
  readonly #means: Float64Array;
  readonly #squares: Float64Array;
  #rows = 0;

  constructor(dim: number) {
    this.#means = new Float64Array(dim);
    this.#squares = new Float64Array(dim);
  }

  /** @param rows [n, D] */
  add(rows: Float32Array): void {
    const dim = this.#means.length;
    for (let at = 0; at < rows.length; at += dim) {
      this.#rows++;
      for (let d = 0; d < dim; d++) {
        const delta = rows[at + d]! - this.#means[d]!;
        this.#means[d]! += delta / this.#rows;
        this.#squares[d]! += delta * (rows[at + d]! - this.#means[d]!);
      }
    }
  }

  variances(): Float64Array {
    return this.#squares.map((sum) => sum / (this.#rows - 1));
  }
}
