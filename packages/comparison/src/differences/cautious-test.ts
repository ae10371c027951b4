// The test of a difference whose variance has a part with few degrees of freedom and one with many.
import { studentQuantile, studentTwoSided } from '../distributions/student-t.ts';
import { sumOfParts, type VariancePart } from './difference.ts';

/**
 * The critical value of Cochran and Cox for |difference|/se at a level: the mean of Student's critical values of the
 * parts, weighted by their variances.
 *
 * Satterthwaite's degrees of freedom are large where the few seeds happen to lie close together, just where the error
 * is underestimated; this value is not.
 *
 * @see Cochran & Cox 1957, "Experimental Designs", section 4.14
 */
export function cautiousCritical(parts: readonly VariancePart[], level: number): number {
  const { variance } = sumOfParts(parts);
  const used = parts.filter((part) => part.variance > 0);
  return used.reduce((sum, part) => sum + (part.variance / variance) * studentQuantile(level / 2, part.df), 0);
}

/** The level at which the critical value is |value|/se. */
export function cautiousP(value: number, parts: readonly VariancePart[]): number {
  const used = parts.filter(({ variance }) => variance > 0);
  const t = Math.abs(value) / Math.sqrt(sumOfParts(parts).variance);
  const ends = used.map(({ df }) => studentTwoSided(t, df));
  if (ends.some(Number.isNaN) || parts.some(({ variance }) => Number.isNaN(variance))) return Number.NaN;
  // the mean lies between its parts
  return root((level) => cautiousCritical(used, level) - t, Math.min(...ends), Math.max(...ends));
}

/** The zero of a falling function on a scale of logarithms, between two positive ends: regula falsi with halving. */
function root(of: (x: number) => number, from: number, to: number): number {
  if (!(from > 0) || to / from < 1 + 1e-12) return to;
  let [low, high] = [Math.log(from), Math.log(to)];
  let [atLow, atHigh] = [of(from), of(to)];
  for (let i = 0; i < 100 && high - low > 1e-12; i++) {
    const middle = low + ((high - low) * atLow) / (atLow - atHigh);
    const atMiddle = of(Math.exp(middle));
    if (Math.abs(atMiddle) < 1e-11) return Math.exp(middle);
    if (atMiddle > 0) [low, atLow, atHigh] = [middle, atMiddle, atHigh / 2];
    else [high, atHigh, atLow] = [middle, atMiddle, atLow / 2];
  }
  return Math.exp((low + high) / 2);
}
