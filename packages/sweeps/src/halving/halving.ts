// Successive halving: many configurations for few steps, the best of them for more.
import { ExpectationError } from '@flowvae/tensor/plain';

/** How a sweep thins itself out. */
export interface Halving {
  /** η: of each rung the best 1/η go on. */
  readonly factor: number;
  /** Steps of the first rung. */
  readonly minSteps: number;
}

/**
 * Steps of the rungs: m, m·η, m·η², … and the whole number of steps at last.
 *
 * @throws ExpectationError for a first rung that is no shorter than the whole
 */
export function rungsOf({ factor, minSteps }: Halving, steps: number): number[] {
  if (minSteps >= steps) {
    const expected = `fewer than the ${steps} steps of a whole run`;
    throw new ExpectationError({ where: 'halving: steps of the first rung', expected, received: String(minSteps) });
  }
  const rungs: number[] = [];
  for (let rung = minSteps; rung < steps; rung *= factor) rungs.push(rung);
  return [...rungs, steps];
}

/** Steps of the first rung by default: so many rungs that one of `count` configurations comes to the end. */
export function firstRung(
  factor: number,
  { count, steps }: { readonly count: number; readonly steps: number },
): number {
  let rungs = 0;
  for (let left = count; left >= factor; left = Math.floor(left / factor)) rungs++;
  return Math.max(1, Math.floor(steps / factor ** rungs));
}

/**
 * The places of the configurations that go on: the best ⌊n/η⌋, at least one. A score that is not finite ranks last, the
 * first of equal ones goes on; the places stay in order.
 *
 * @param scores higher is better
 * @see Jamieson & Talwalkar 2016, arXiv:1502.07943; Li et al. 2018, arXiv:1603.06560
 */
export function promoted(scores: readonly number[], factor: number): number[] {
  const rank = (place: number) => (Number.isFinite(scores[place]!) ? scores[place]! : Number.NEGATIVE_INFINITY);
  const order = scores.map((_, place) => place).toSorted((a, b) => compare(rank(b), rank(a)) || a - b);
  const count = Math.max(1, Math.floor(scores.length / factor));
  return order.slice(0, count).toSorted((a, b) => a - b);
}

/** −∞ − (−∞) is no number. */
const compare = (a: number, b: number) => (a === b ? 0 : a - b);
