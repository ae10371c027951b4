// Student's t distribution in float64, for degrees of freedom that need not be whole.
import { continuedFraction } from './continued-fraction.ts';
import { logGamma } from './log-gamma.ts';

/** P(T > t) of Student's t; `df` above 0. */
export function studentTail(t: number, df: number): number {
  if (Number.isNaN(t) || Number.isNaN(df)) return Number.NaN;
  if (!Number.isFinite(t)) return t > 0 ? 0 : 1;
  const square = t * t;
  const known = Math.min(df, LARGE);
  const tail = 0.5 * incompleteBeta(known / (known + square), square / (known + square), known / 2);
  return t >= 0 ? tail : 1 - tail;
}

/** The p-value of both tails, P(|T| ≥ |t|). */
export const studentTwoSided = (t: number, df: number): number => Math.min(1, 2 * studentTail(Math.abs(t), df));

/** The value that T exceeds with probability `tail`, from 0 to 1. */
export function studentQuantile(tail: number, df: number): number {
  if (Number.isNaN(df) || !(tail > 0 && tail < 1)) return tail === 0 ? Number.POSITIVE_INFINITY : Number.NaN;
  if (tail > 0.5) return -studentQuantile(1 - tail, df);
  const root = Math.min(df, LARGE);
  if (tail === 0.5) return 0;
  let [below, above] = [0, 1];
  while (studentTail(above, root) > tail) [below, above] = [above, 2 * above];
  let t = (below + above) / 2;
  for (let i = 0; i < 200; i++) {
    const excess = studentTail(t, root);
    if (excess > tail) below = t;
    else above = t;
    // a step of Newton on the logarithm of the tail, which is nearly straight; half the bracket where it leaves that
    const step = (excess * Math.log(excess / tail)) / density(t, root);
    const next = t + step > below && t + step < above ? t + step : (below + above) / 2;
    if (Math.abs(next - t) <= 1e-15 * above) return next;
    t = next;
  }
  return t;
}

/** With more degrees of freedom, and with infinitely many, the distribution is the normal one in float64. */
const LARGE = 1e9;

const density = (t: number, df: number) =>
  Math.exp(logGamma((df + 1) / 2) - logGammaFrom0(df / 2) - 0.5 * Math.log(df * Math.PI)) *
  (1 + (t * t) / df) ** (-(df + 1) / 2);

/**
 * The regularised incomplete beta function I_x(a, ½).
 *
 * @param y 1 − x, with its own digits
 * @see DLMF 8.17.22, the continued fraction
 */
function incompleteBeta(x: number, y: number, a: number): number {
  if (x <= 0) return 0;
  if (y <= 0) return 1;
  const b = 0.5;
  // log x from its complement where x is near 1: many degrees of freedom multiply its error
  const logX = y < 0.5 ? Math.log1p(-y) : Math.log(x);
  const logFront = logGamma(a + b) - logGammaFrom0(a) - logGamma(b) + a * logX + b * Math.log(y);
  const front = Math.exp(logFront);
  return x < (a + 1) / (a + b + 2) ? front / (a * fraction(x, a, b)) : 1 - front / (b * fraction(y, b, a));
}

/** log Γ(a) for a > 0. */
const logGammaFrom0 = (a: number) => (a < 0.5 ? logGamma(a + 1) - Math.log(a) : logGamma(a));

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
