// Confidence intervals by Student's t.
import { studentQuantile } from '../distributions/student-t.ts';

/** A confidence interval. */
export interface Interval {
  readonly from: number;
  readonly to: number;
}

/** An estimate with its standard error and the degrees of freedom of that error. */
export interface Estimate {
  readonly value: number;
  readonly se: number;
  readonly df: number;
}

/** The interval value ± t·se of a confidence level, such as 0.95. Not known (NaN) where the error is not. */
export function studentInterval({ value, se, df }: Estimate, level: number): Interval {
  const half = se === 0 ? 0 : studentQuantile((1 - level) / 2, df) * se;
  return { from: value - half, to: value + half };
}
