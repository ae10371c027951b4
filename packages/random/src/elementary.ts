// Logarithm, sine and cosine in float32 that give the same bits on every machine; assembly/elementary.ts is their twin.
//
// Additions, multiplications, divisions and square roots are exactly rounded everywhere; library functions are not. So
// all functions are composed of these operations, each rounded to float32 by `Math.fround`, in the twin's order. The
// coefficients interpolate the series at Chebyshev nodes; test/random/elementary.test.ts derives them again.

const { fround } = Math;

const float = new Float32Array(1);
const bitsOfFloat = new Int32Array(float.buffer);

/** Bits of √½ as a float32. */
const SQRT_HALF_BITS = 0x3f3504f3;
/** log 2 in two parts. The first has 14 bits, so its products with an exponent are exact. */
const LN2_UPPER = fround(0.69317626953125);
const LN2_LOWER = fround(-0.000029088971132296138);

/** (2·artanh(s)/s − 2)/s² as a polynomial in s² */
export const logTerms = [0.6666668653488159, 0.3998878002166748, 0.29579949378967285] as const;
/** sin(π/2·t)/t as a polynomial in t² */
export const sineTerms = [1.5707963705062866, -0.6459634900093079, 0.07968021929264069, -0.004602149128913879] as const;
/** (cos(π/2·t) − 1)/t² as a polynomial in t² */
export const cosineTerms = [
  -1.2337005138397217, 0.253669410943985, -0.02086152881383896, 0.0009067399078048766,
] as const;

/** The upper 24 bits of a word as a multiple of 2^-24 in [0, 1). */
export function unit(word: number): number {
  return (word >>> 8) * 2 ** -24;
}

/** The upper 31 bits of a word as a number in (0, 1], at least 2^-32, so that its logarithm is finite. */
export function positiveUnit(word: number): number {
  return fround(fround(fround(word >>> 1) * 2 ** -31) + 2 ** -32);
}

/**
 * log x for a float32 x in (0, 1], within 2 units in the last place, also next to 1.
 *
 * x = 2^e·(1 + f) with 1 + f in [√½, √2); s = f/(2 + f); log(1 + f) = 2·artanh(s) = f − (f²/2 − s·(f²/2 + r)), r =
 * s²·P(s²). The exact f leads the sum, so the rounding of s reaches only its small terms.
 */
export function log(x: number): number {
  float[0] = x;
  const bits = bitsOfFloat[0]!;
  const e = (bits - SQRT_HALF_BITS) >> 23;
  bitsOfFloat[0] = bits - (e << 23);
  const f = fround(float[0] - 1);
  const s = fround(f / fround(2 + f));
  const z = fround(s * s);
  let r = fround(fround(logTerms[2] * z) + logTerms[1]);
  r = fround(fround(fround(r * z) + logTerms[0]) * z);
  const h = fround(fround(0.5 * f) * f);
  const tail = fround(fround(s * fround(h + r)) + fround(e * LN2_LOWER));
  return fround(fround(e * LN2_UPPER) + fround(f - fround(h - tail)));
}

/**
 * The position of the angle 2π·word/2^32 in the quarter turn around the nearest axis: t in [-1/2, 1/2], from −45° to
 * 45°.
 *
 * The reduction is done on the integer, so it is exact; the axis itself is `((word + 2^29) >>> 30)`, counted in
 * quarters.
 */
export function quarterPosition(word: number): number {
  return fround(fround(word << 2) * 2 ** -32);
}

/** sin(π/2·t), |t| <= 1/2 */
export function quarterSine(t: number): number {
  const y = fround(t * t);
  let p = fround(fround(sineTerms[3] * y) + sineTerms[2]);
  p = fround(fround(p * y) + sineTerms[1]);
  p = fround(fround(p * y) + sineTerms[0]);
  return fround(p * t);
}

/** cos(π/2·t), |t| <= 1/2 */
export function quarterCosine(t: number): number {
  const y = fround(t * t);
  let p = fround(fround(cosineTerms[3] * y) + cosineTerms[2]);
  p = fround(fround(p * y) + cosineTerms[1]);
  p = fround(fround(p * y) + cosineTerms[0]);
  return fround(fround(p * y) + 1);
}
