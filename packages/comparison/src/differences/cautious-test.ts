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

/**
 * The level at which the critical value is |value|/se, to a relative error of about 1e-10; it falls as |value| grows.
 * Where all parts have the same degrees of freedom it is Student's p. A p below 1e-300 is given as that or as 0.
 */
export function cautiousP(value: number, parts: readonly VariancePart[]): number {
  const used = parts.filter(({ variance }) => variance > 0);
  const t = Math.abs(value) / Math.sqrt(sumOfParts(parts).variance);
  const ends = used.map(({ df }) => studentTwoSided(t, df));
  if (ends.some(Number.isNaN) || parts.some(({ variance }) => Number.isNaN(variance))) return Number.NaN;
  const [least, most] = [Math.min(...ends), Math.max(...ends)];
  if (most <= SMALLEST || least >= most * (1 - 1e-14)) return most;
  // the mean of the parts lies between them
  const excess = (logLevel: number) => Math.log(cautiousCritical(used, Math.exp(logLevel)) / t);
  return Math.exp(zeroOfFalling(excess, Math.log(Math.max(least, SMALLEST)), Math.log(most)));
}

/** The quantiles of smaller levels are near the end of float64. */
const SMALLEST = 1e-300;

/**
 * The zero of a falling function between two ends, to 1e-12, by the method of Ridders: each step halves the bracket,
 * and then takes the zero of an exponential through its three points. An end is the answer where the function has one
 * sign.
 *
 * @see Ridders 1979, "A new algorithm for computing a single root of a real continuous function"
 */
function zeroOfFalling(of: (x: number) => number, from: number, to: number): number {
  let [low, high] = [from, to];
  let [atLow, atHigh] = [of(low), of(high)];
  if (!(atLow > 0)) return low;
  if (!(atHigh < 0)) return high;
  let last = Number.NaN;
  const keep = (x: number, atX: number) => {
    if (x < low || x > high) return;
    if (atX > 0) [low, atLow] = [x, atX];
    else [high, atHigh] = [x, atX];
  };
  while (high - low > WIDTH) {
    const middle = (low + high) / 2;
    const atMiddle = of(middle);
    const next = middle + ((middle - low) * atMiddle) / Math.sqrt(atMiddle * atMiddle - atLow * atHigh);
    keep(middle, atMiddle);
    if (Math.abs(next - last) <= WIDTH) return next;
    keep(next, of(next));
    last = next;
  }
  return (low + high) / 2;
}

const WIDTH = 1e-12;
