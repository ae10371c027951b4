// Differences of plain means.
import { summarise } from '../summary.ts';
import { type Difference, differenceWith } from './difference.ts';

/** Welch's difference of two means of independent samples, such as the seconds of two methods over seeds. */
export function welchDifference(a: ArrayLike<number>, b: ArrayLike<number>, level = 0.95): Difference {
  const parts = [summarise(a), summarise(b)] as const;
  const errors = parts.map(({ se, n }) => ({ variance: se * se, df: n - 1 }));
  return differenceWith(parts[0].mean - parts[1].mean, errors, level);
}

/** The difference of paired values, a mean of differences with Student's interval. */
export function pairedDifference(differences: ArrayLike<number>, level = 0.95): Difference {
  const { mean, se, n } = summarise(differences);
  return differenceWith(mean, [{ variance: se * se, df: n - 1 }], level);
}
