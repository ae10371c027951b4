// The difference of two methods whose scores have two sources of error: the seeds of training, and the data points of
// the test set, which both methods share.
import { summarise } from '../summary.ts';
import { cautiousP } from './cautious-test.ts';
import { type Difference, differenceWith, sumOfParts, type VariancePart } from './difference.ts';
import type { MethodScores } from './method-scores.ts';

/** The parts of the variance of a difference of methods. */
export interface CrossedParts {
  /** σ²_a/S_a and σ²_b/S_b, the errors of few seeds. */
  readonly seeds: readonly [a: VariancePart, b: VariancePart];
  /** σ²_pair/N, the error of few data points. */
  readonly points: VariancePart;
}

/** A difference of methods. */
export interface CrossedDifference extends Difference {
  readonly parts: CrossedParts;
}

/**
 * The difference of two methods over new seeds and new data points, by a crossed random-effects model: score x_si = μ +
 * α_s + β_i + ε_si, where both methods are scored at the same points i.
 *
 * Var = v_a/S_a + v_b/S_b + σ²_pair/N, with v the variance of the seeds' mean scores (which holds the interaction ε),
 * and σ²_pair the variance over points of the difference of the seeds' means without the share of ε, which would count
 * twice. The interval has the degrees of freedom of Welch and Satterthwaite. p is the one of Cochran and Cox: with few
 * seeds Satterthwaite's approximation fails in the far tail, where a correction for many comparisons looks. With one
 * seed of a method the error is not known.
 *
 * @throws RangeError for methods with different numbers of data points
 * @see Owen 2007, "The pigeonhole bootstrap", on the variances of crossed samples; Satterthwaite 1946
 */
export function crossedDifference(a: MethodScores, b: MethodScores, level = 0.95): CrossedDifference {
  const parts: CrossedParts = { seeds: [seedPart(a), seedPart(b)], points: pointPart(a, b) };
  return differenceOfParts(summarise(a.bySeed).mean - summarise(b.bySeed).mean, parts, level);
}

/** A difference of methods whose variances were estimated in another way; see {@link crossedDifference}. */
export function differenceOfParts(value: number, parts: CrossedParts, level = 0.95): CrossedDifference {
  const difference = differenceWith(value, [...parts.seeds, parts.points], level);
  const p = difference.se > 0 ? cautiousP(value, [sumOfParts(parts.seeds), parts.points]) : difference.p;
  return { ...difference, p, parts };
}

const seedPart = ({ seeds, seedVariance }: MethodScores): VariancePart => ({
  variance: seedVariance / seeds,
  df: seeds - 1,
});

function pointPart(a: MethodScores, b: MethodScores): VariancePart {
  const { sd, n } = summarise(differencesByPoint(a, b));
  const repeated = a.interaction / a.seeds + b.interaction / b.seeds;
  return { variance: Math.max(0, sd * sd - repeated) / n, df: n - 1 };
}

/** The difference of the means over seeds, at each data point. @throws RangeError for different numbers of points */
export function differencesByPoint(a: MethodScores, b: MethodScores): Float64Array {
  const [points, others] = [a.byPoint.length, b.byPoint.length];
  if (points !== others) throw new RangeError(`a difference: expected ${points} data points of both, got ${others}`);
  return a.byPoint.map((value, i) => value - b.byPoint[i]!);
}
