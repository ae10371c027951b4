// Elementary functions of four floats, each within two units in the last place; NaN stays NaN. Polynomials: S. L.
// Moshier, Cephes 2.8 (expf, logf, tanhf). Constants come from memory: V8 builds a constant vector anew at each use.

// biome-ignore-start lint/suspicious/noApproximativeNumericConstant: data in memory are literals
const EXP = memory.data<f32>([
  1.98756915e-4, 1.3981999507e-3, 8.3334519073e-3, 4.1665795894e-2, 1.6666665459e-1, 5.0000001201e-1, 1, 89, -104.5,
  1.44269504, 0.693359375, -2.1219444e-4,
]);

// biome-ignore-end lint/suspicious/noApproximativeNumericConstant: see above

/** ln 2 in two parts, of which the first has few bits. */
const HIGH_LN2 = 10;
const LOW_LN2 = 11;

function constant(table: usize, i: usize): v128 {
  return v128.load32_splat(table + (i << 2));
}

/** A step of Horner's rule: p·x plus a constant. */
function horner(p: v128, x: v128, table: usize, i: usize): v128 {
  return f32x4.add(f32x4.mul(p, x), constant(table, i));
}

/** e^x: x = n·ln 2 + r, e^r by a polynomial; 2^n in two factors, so that subnormal results are rounded once. */
export function exp4(x: v128): v128 {
  const limited = f32x4.max(f32x4.min(x, constant(EXP, 7)), constant(EXP, 8));
  const n = f32x4.nearest(f32x4.mul(limited, constant(EXP, 9)));
  const r = f32x4.sub(f32x4.sub(limited, f32x4.mul(n, constant(EXP, HIGH_LN2))), f32x4.mul(n, constant(EXP, LOW_LN2)));
  let p = horner(constant(EXP, 0), r, EXP, 1);
  p = horner(p, r, EXP, 2);
  p = horner(p, r, EXP, 3);
  p = horner(p, r, EXP, 4);
  p = horner(p, r, EXP, 5);
  p = f32x4.add(f32x4.add(f32x4.mul(f32x4.mul(p, r), r), r), constant(EXP, 6));
  const whole = i32x4.trunc_sat_f32x4_s(n);
  const half = i32x4.shr_s(whole, 1);
  const one = constant(EXP, 6); // adding n to its exponent gives 2^n
  const scaled = f32x4.mul(p, i32x4.add(i32x4.shl(half, 23), one));
  return f32x4.mul(scaled, i32x4.add(i32x4.shl(i32x4.sub(whole, half), 23), one));
}

const LOG = memory.data<f32>([
  7.0376836292e-2,
  -1.151461031e-1,
  1.167699874e-1,
  -1.2420140846e-1,
  1.4249322787e-1,
  -1.6668057665e-1,
  2.0000714765e-1,
  -2.4999993993e-1,
  3.3333331174e-1,
  1.17549435e-38,
  8388608,
  0.70710677,
  -23,
  1,
  -2.1219444e-4,
  0.5,
  0.693359375,
  Infinity,
  -Infinity,
  NaN,
]);

/** The bits of a float's fraction. */
const FRACTION = memory.data<i32>([0x007fffff]);

/** log x: x = 2^e·m with m in [√½, √2), log m by a polynomial. −∞ at 0, NaN below. */
export function log4(x: v128): v128 {
  const isTiny = f32x4.lt(x, constant(LOG, 9));
  const scaled = v128.bitselect(f32x4.mul(x, constant(LOG, 10)), x, isTiny);
  const bits = i32x4.sub(scaled, constant(LOG, 11)); // from √½ on
  const e = f32x4.add(f32x4.convert_i32x4_s(i32x4.shr_s(bits, 23)), v128.and(constant(LOG, 12), isTiny));
  const m = i32x4.add(v128.and(bits, constant(FRACTION, 0)), constant(LOG, 11));
  const f = f32x4.sub(m, constant(LOG, 13));
  const square = f32x4.mul(f, f);
  let p = horner(constant(LOG, 0), f, LOG, 1);
  p = horner(p, f, LOG, 2);
  p = horner(p, f, LOG, 3);
  p = horner(p, f, LOG, 4);
  p = horner(p, f, LOG, 5);
  p = horner(p, f, LOG, 6);
  p = horner(p, f, LOG, 7);
  p = horner(p, f, LOG, 8);
  let result = f32x4.mul(f32x4.mul(p, f), square);
  result = f32x4.add(result, f32x4.mul(e, constant(LOG, 14)));
  result = f32x4.sub(result, f32x4.mul(square, constant(LOG, 15)));
  result = f32x4.add(f32x4.add(f, result), f32x4.mul(e, constant(LOG, 16)));
  const zero = f32x4.splat(0);
  result = v128.bitselect(constant(LOG, 18), result, f32x4.eq(x, zero));
  // of infinity and NaN: themselves; below 0: NaN
  result = v128.bitselect(result, x, f32x4.lt(x, constant(LOG, 17)));
  return v128.bitselect(constant(LOG, 19), result, f32x4.lt(x, zero));
}

const TANH = memory.data<f32>([
  -5.70498872745e-3, 2.06390887954e-2, -5.37397155531e-2, 1.33314422036e-1, -3.33332819422e-1, 1, 2, 0.625, -0.0,
]);

/** tanh x: a polynomial near 0, 1 − 2/(e^{2|x|} + 1) elsewhere. */
export function tanh4(x: v128): v128 {
  const size = f32x4.abs(x);
  const square = f32x4.mul(x, x);
  let p = horner(constant(TANH, 0), square, TANH, 1);
  p = horner(p, square, TANH, 2);
  p = horner(p, square, TANH, 3);
  p = horner(p, square, TANH, 4);
  const near = f32x4.add(x, f32x4.mul(f32x4.mul(x, square), p));
  const one = constant(TANH, 5);
  const far = f32x4.sub(one, f32x4.div(constant(TANH, 6), f32x4.add(exp4(f32x4.add(size, size)), one)));
  const signed = v128.or(far, v128.and(x, constant(TANH, 8)));
  return v128.bitselect(near, signed, f32x4.lt(size, constant(TANH, 7)));
}

/** 1/(1 + e^{−x}). */
export function sigmoid4(x: v128): v128 {
  const one = constant(EXP, 6);
  return f32x4.div(one, f32x4.add(one, exp4(f32x4.neg(x))));
}
