// Continued fractions by the modified method of Lentz.

/** Replaces a denominator of 0. */
const TINY = 1e-300;

const awayFromZero = (x: number) => (Math.abs(x) < TINY ? TINY : x);

/**
 * b0 + a1/(b1 + a2/(b2 + …)), to float64.
 *
 * @param terms a and b by their number, from 1
 * @see Thompson & Barnett 1986, "Coulomb and Bessel functions of complex arguments and order", appendix
 */
export function continuedFraction(b0: number, terms: (i: number) => readonly [a: number, b: number]): number {
  let value = awayFromZero(b0);
  let c = value;
  let d = 0;
  for (let i = 1; i < MOST_TERMS; i++) {
    const [a, b] = terms(i);
    d = 1 / awayFromZero(b + a * d);
    c = awayFromZero(b + a / c);
    value *= c * d;
    if (Math.abs(c * d - 1) < 1e-16) break;
  }
  return value;
}

/** The number of terms grows as the root of the arguments: this is enough for 10⁹ degrees of freedom. */
const MOST_TERMS = 200_000;
