// The standard normal distribution function in float64.
import { continuedFraction } from './continued-fraction.ts';

/** The series is used below, the continued fraction above. */
const FAR = 3;

/** Φ(x), with relative precision in the lower tail. */
export function normalCdf(x: number): number {
  const z = Math.abs(x);
  if (z === Number.POSITIVE_INFINITY) return x > 0 ? 1 : 0;
  const tail = z < FAR ? 0.5 - density(z) * series(z) : density(z) / mills(z);
  return x > 0 ? 1 - tail : tail;
}

const density = (x: number) => Math.exp((-x * x) / 2) / Math.sqrt(2 * Math.PI);

/** (Φ(x) − ½)/φ(x) = x + x³/3 + x⁵/(3·5) + … */
function series(x: number): number {
  let term = x;
  let sum = x;
  for (let k = 3; term > 1e-17 * sum; k += 2) {
    term *= (x * x) / k;
    sum += term;
  }
  return sum;
}

/** φ(x)/(1 − Φ(x)) = x + 1/(x + 2/(x + 3/(x + …))) */
const mills = (x: number) => continuedFraction(x, (i) => [i, x]);
