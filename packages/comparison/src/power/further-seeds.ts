// How many more seeds, or data points, would tell a difference from 0.
import { cautiousCritical } from '../differences/cautious-test.ts';
import type { CrossedParts } from '../differences/crossed.ts';
import { sumOfParts, type VariancePart } from '../differences/difference.ts';
import { powerOfT } from '../distributions/power-of-t.ts';
import { studentQuantile } from '../distributions/student-t.ts';

/** The wanted errors of a decision. */
export interface DecisionOptions {
  /** Error of the first kind. Default 0.05. */
  readonly level?: number;
  /** The chance to see a true difference of the observed size. Default 0.8. */
  readonly power?: number;
}

/** A difference as observed, and the parts of its variance. */
export interface ObservedDifference {
  readonly value: number;
  readonly parts: CrossedParts;
}

/** Above this the answer is that seeds do not help. */
const MOST_SEEDS = 1000;

/**
 * The least number k of further seeds of each method with which the test has the wanted power, if the difference and
 * the spreads are the observed ones: v_a/(S_a + k) + v_b/(S_b + k) + σ²_pair/N, by the noncentral t distribution.
 *
 * @returns Infinity where more than 1000 seeds would be needed, because the data points are too few; NaN where the
 * spread over seeds is not known
 */
export function furtherSeeds({ value, parts }: ObservedDifference, options: DecisionOptions = {}): number {
  const [a, b] = parts.seeds;
  if (Number.isNaN(a.variance + b.variance)) return Number.NaN;
  const after = (k: number) => powerWith(value, [sumOfParts([more(a, k), more(b, k)]), parts.points], options);
  return leastAbove(after, options.power ?? 0.8, MOST_SEEDS);
}

/** A mean over seeds with k more of them. */
function more({ variance, df }: VariancePart, k: number): VariancePart {
  const seeds = df + 1;
  return { variance: (variance * seeds) / (seeds + k), df: df + k };
}

/** The power of the test of a difference whose variance has these parts, by few seeds and by many data points. */
function powerWith(
  value: number,
  [seeds, points]: readonly [seeds: VariancePart, points: VariancePart],
  { level = 0.05 }: DecisionOptions,
): number {
  const { variance, df } = sumOfParts([seeds, points]);
  if (variance === 0) return value === 0 ? level : 1;
  return powerOfT(Math.abs(value) / Math.sqrt(variance), df, cautiousCritical([seeds, points], level));
}

/** The least k from 1 with a value of the increasing function above a bound; Infinity beyond `most`. */
function leastAbove(of: (k: number) => number, bound: number, most: number): number {
  if (!(of(most) >= bound)) return Number.POSITIVE_INFINITY;
  let [below, above] = [0, most];
  while (above - below > 1) {
    const middle = Math.floor((below + above) / 2);
    if (of(middle) >= bound) above = middle;
    else below = middle;
  }
  return above;
}

/**
 * The number of data points that a paired test of two given models needs, if difference and spread are the observed
 * ones; of many points about N·(z_{1 − level/2} + z_power)²·se²/value².
 *
 * @param se the standard error with `points` data points
 * @returns Infinity where nothing differs; NaN where the error is not known
 */
export function pointsNeeded(
  { value, se, points }: { readonly value: number; readonly se: number; readonly points: number },
  { level = 0.05, power = 0.8 }: DecisionOptions = {},
): number {
  if (Number.isNaN(value + se) || points < 2) return Number.NaN;
  if (value === 0) return Number.POSITIVE_INFINITY;
  const at = (factor: number) => {
    const df = points * factor - 1;
    return powerOfT(Math.abs(value / se) * Math.sqrt(factor), df, studentQuantile(level / 2, df));
  };
  let [below, above] = [1, 2];
  while (at(above) < power && above < MOST_FACTOR) [below, above] = [above, 2 * above];
  if (above >= MOST_FACTOR) return Number.POSITIVE_INFINITY;
  for (let i = 0; i < 50; i++) {
    const middle = (below + above) / 2;
    if (at(middle) < power) below = middle;
    else above = middle;
  }
  return Math.ceil(points * above);
}

const MOST_FACTOR = 2 ** 20;
