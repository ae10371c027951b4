// A difference whose variance is a sum of parts with degrees of freedom of their own.
import { studentTwoSided } from '../distributions/student-t.ts';
import { type Interval, studentInterval } from '../intervals/interval.ts';

/** A part of a difference's variance, with its degrees of freedom. */
export interface VariancePart {
  readonly variance: number;
  readonly df: number;
}

/** A difference a − b with its error. */
export interface Difference {
  readonly value: number;
  /** NaN where it is not known. */
  readonly se: number;
  readonly df: number;
  readonly interval: Interval;
  /** Of the hypothesis that the difference is 0, two-sided; NaN where the error is not known. */
  readonly p: number;
}

/** A difference with the degrees of freedom of {@link sumOfParts}. */
export function differenceWith(value: number, parts: readonly VariancePart[], level: number): Difference {
  const { variance, df } = sumOfParts(parts);
  const se = Math.sqrt(variance);
  // without any error a difference is certain, and none is none
  const p = se === 0 ? Number(value === 0) : studentTwoSided(value / se, df);
  return { value, se, df, interval: studentInterval({ value, se, df }, level), p };
}

/** The sum of parts, with the degrees of freedom of Welch and Satterthwaite: (Σ v)²/Σ (v²/df). */
export function sumOfParts(parts: readonly VariancePart[]): VariancePart {
  const variance = parts.reduce((sum, part) => sum + part.variance, 0);
  if (variance === 0) return { variance, df: Number.POSITIVE_INFINITY };
  const spread = parts.reduce(
    (sum, part) => sum + (part.variance === 0 ? 0 : (part.variance / variance) ** 2 / part.df),
    0,
  );
  return { variance, df: 1 / spread };
}
