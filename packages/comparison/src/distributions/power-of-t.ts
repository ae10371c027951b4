// The power of a two-sided t test: the noncentral t distribution by numerical integration.
import { logGamma } from './log-gamma.ts';
import { normalCdf } from './normal.ts';

/** Steps of Simpson's rule. */
const STEPS = 1600;

/**
 * P(|T| ≥ c) for T = (Z + noncentrality)/√(V/df), V of chi-squared distribution.
 *
 * @param noncentrality the true difference in its standard errors
 * @param c the critical value of the test
 */
export function powerOfT(noncentrality: number, df: number, c: number): number {
  const beyond = (u: number) => normalCdf(noncentrality - c * u) + normalCdf(-noncentrality - c * u);
  return expectationOverSpread(beyond, df);
}

/** E[f(u)] for u = √(V/df), by Simpson's rule over log u, where the density is smooth and its tails are thin. */
function expectationOverSpread(f: (u: number) => number, df: number): number {
  const reach = 10 / Math.sqrt(2 * df);
  const [from, to] = [-reach - 12 / df, Math.log(1 + reach + 4 / df)];
  const step = (to - from) / STEPS;
  const logConstant = Math.LN2 + (df / 2) * Math.log(df / 2) - logGamma(df / 2);
  let sum = 0;
  for (let i = 0; i <= STEPS; i++) {
    const logU = from + i * step;
    const u = Math.exp(logU);
    const density = Math.exp(logConstant + df * logU - (df / 2) * u * u);
    const weight = i === 0 || i === STEPS ? 1 : i % 2 === 1 ? 4 : 2;
    sum += weight * density * f(u);
  }
  return (sum * step) / 3;
}
