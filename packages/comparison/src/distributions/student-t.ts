// Student's t distribution in float64, for degrees of freedom that need not be whole.
import { continuedFraction } from './continued-fraction.ts';
import { logHalfGammaRatio } from './half-gamma-ratio.ts';
import { normalCdf } from './normal.ts';

/**
 * With more degrees of freedom, and with infinitely many, the distribution is taken for the normal one. The relative
 * error of a tail is then about t⁴/(4·df), 1e-7 at t = 4.5.
 */
const LARGE = 1e9;

/** P(T > t) of Student's t, to a relative error of about 1e-10; NaN unless `df` is above 0. */
export function studentTail(t: number, df: number): number {
  if (Number.isNaN(t) || !(df > 0)) return Number.NaN;
  if (!Number.isFinite(t)) return t > 0 ? 0 : 1;
  if (df > LARGE) return normalCdf(-t);
  const tail = t === 0 ? 0.5 : 0.5 * twoTails(ratio(t, df), df / 2);
  return t >= 0 ? tail : 1 - tail;
}

/** The p-value of both tails, P(|T| ≥ |t|). */
export const studentTwoSided = (t: number, df: number): number => Math.min(1, 2 * studentTail(Math.abs(t), df));

/**
 * The value that T exceeds with probability `tail`, from 0 to 1, to a relative error of about 1e-10; Infinity where it
 * is above all numbers of float64.
 */
export function studentQuantile(tail: number, df: number): number {
  if (!(df > 0) || !(tail > 0 && tail < 1)) return tail === 0 ? Number.POSITIVE_INFINITY : Number.NaN;
  if (tail > 0.5) return -studentQuantile(1 - tail, df);
  if (tail === 0.5) return 0;
  let [below, above] = [0, 1];
  while (studentTail(above, df) > tail) {
    if (above === Number.MAX_VALUE) return Number.POSITIVE_INFINITY;
    [below, above] = [above, Math.min(Number.MAX_VALUE, above * Math.max(2, above))];
  }
  let t = between(below, above);
  for (let i = 0; i < MOST_STEPS; i++) {
    const found = studentTail(t, df);
    if (found > tail) below = t;
    else above = t;
    // a step of Newton on log t and the logarithm of the tail, which is nearly straight
    const step = Math.log(found / tail) / Math.exp(logDensity(t, df) + Math.log(t) - Math.log(found));
    const next = t * Math.exp(step);
    if (Math.abs(step) < NEWTON_ENDS) return next;
    t = next > below && next < above ? next : between(below, above);
  }
  return t;
}

/** The geometric mean halves the exponent's range; from 0 the middle. */
const between = (below: number, above: number) => (below > 0 ? Math.sqrt(below) * Math.sqrt(above) : above / 2);

/** The error after a step of Newton is about the square of the step. */
const NEWTON_ENDS = 1e-9;

/** Halving alone is at the last digit after about 60 steps and a few for the exponent. */
const MOST_STEPS = 200;

/** |t|/√df, within float64. */
const ratio = (t: number, df: number) => Math.min(Number.MAX_VALUE, Math.abs(t) / Math.sqrt(df));

function logDensity(t: number, df: number): number {
  if (df > LARGE) return (-t * t) / 2 - 0.5 * Math.log(2 * Math.PI);
  const { logX } = logShares(ratio(t, df));
  return logHalfGammaRatio(df / 2) - 0.5 * Math.log(df * Math.PI) + ((df + 1) / 2) * logX;
}

/** log x and log y of x = 1/(1 + r²) and y = 1 − x, each with its own digits, also where r² is above float64. */
function logShares(r: number): { readonly logX: number; readonly logY: number } {
  if (r < 1) {
    const logX = -Math.log1p(r * r);
    return { logX, logY: 2 * Math.log(r) + logX };
  }
  const logY = -Math.log1p(1 / (r * r));
  return { logX: logY - 2 * Math.log(r), logY };
}

/**
 * P(|T| > r·√(2a)) with 2a degrees of freedom: the regularised incomplete beta function I_x(a, ½) at x = 1/(1 + r²).
 *
 * @see DLMF 8.17.22, the continued fraction
 */
function twoTails(r: number, a: number): number {
  const b = 0.5;
  const [x, y] = [1 / (1 + r * r), 1 / (1 + 1 / (r * r))];
  const { logX, logY } = logShares(r);
  const front = Math.exp(logHalfGammaRatio(a) - 0.5 * Math.log(Math.PI) + a * logX + b * logY);
  return x < (a + 1) / (a + b + 2) ? front / (a * fraction(x, a, b)) : 1 - front / (b * fraction(y, b, a));
}

/** 1 + d1/(1 + d2/(1 + …)) */
const fraction = (x: number, a: number, b: number) =>
  continuedFraction(1, (i) => {
    const m = Math.floor(i / 2);
    const d =
      i % 2 === 0
        ? (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m))
        : (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    return [d, 1];
  });
