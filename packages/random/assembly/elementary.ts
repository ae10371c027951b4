// The twin of src/elementary.ts on four lanes: the same float32 operations in the same order, so the same bits.
// The derivations are explained there; change both or neither.
//
// The compiler inlines all of these, so none costs a call. Constants are loaded from memory, one instruction each: V8
// would rebuild a literal vector at each use, with four instructions.

const ONE: usize = memory.data<f32>([1]);
const TWO: usize = memory.data<f32>([2]);
const HALF: usize = memory.data<f32>([0.5]);
const TWO_TO_MINUS_24: usize = memory.data<f32>([5.9604644775390625e-8]);
const TWO_TO_MINUS_31: usize = memory.data<f32>([4.656612873077393e-10]);
const TWO_TO_MINUS_32: usize = memory.data<f32>([2.3283064365386963e-10]);
const LOG: usize = memory.data<f32>([0.6666668653488159, 0.3998878002166748, 0.29579949378967285]);
const LN2: usize = memory.data<f32>([0.69317626953125, -0.000029088971132296138]);
const SQRT_HALF_BITS: usize = memory.data<i32>([0x3f3504f3]);
const SINE: usize = memory.data<f32>([
  1.5707963705062866, -0.6459634900093079, 0.07968021929264069, -0.004602149128913879,
]);
const COSINE: usize = memory.data<f32>([
  -1.2337005138397217, 0.253669410943985, -0.02086152881383896, 0.0009067399078048766,
]);

/** Entry `index` of a table of 4-byte constants, in all lanes. */
export function constant(table: usize, index: i32 = 0): v128 {
  return v128.load32_splat(table + (index << 2));
}

/** The upper 24 bits of four words as multiples of 2^-24 in [0, 1). */
export function unit(words: v128): v128 {
  return f32x4.mul(f32x4.convert_i32x4_s(i32x4.shr_u(words, 8)), constant(TWO_TO_MINUS_24));
}

/** The upper 31 bits of four words as numbers in (0, 1]. */
export function positiveUnit(words: v128): v128 {
  const steps = f32x4.convert_i32x4_s(i32x4.shr_u(words, 1));
  return f32x4.add(f32x4.mul(steps, constant(TWO_TO_MINUS_31)), constant(TWO_TO_MINUS_32));
}

/** log x, 0 < x <= 1 */
export function log(x: v128): v128 {
  const exponent = i32x4.shr_s(i32x4.sub(x, constant(SQRT_HALF_BITS)), 23);
  const e = f32x4.convert_i32x4_s(exponent);
  const f = f32x4.sub(i32x4.sub(x, i32x4.shl(exponent, 23)), constant(ONE));
  const s = f32x4.div(f, f32x4.add(constant(TWO), f));
  const z = f32x4.mul(s, s);
  let r = f32x4.add(f32x4.mul(constant(LOG, 2), z), constant(LOG, 1));
  r = f32x4.mul(f32x4.add(f32x4.mul(r, z), constant(LOG)), z);
  const h = f32x4.mul(f32x4.mul(constant(HALF), f), f);
  const tail = f32x4.add(f32x4.mul(s, f32x4.add(h, r)), f32x4.mul(e, constant(LN2, 1)));
  return f32x4.add(f32x4.mul(e, constant(LN2)), f32x4.sub(f, f32x4.sub(h, tail)));
}

/** The position of the angle 2π·word/2^32 in the quarter turn around the nearest axis: t in [-1/2, 1/2]. */
export function quarterPosition(words: v128): v128 {
  return f32x4.mul(f32x4.convert_i32x4_s(i32x4.shl(words, 2)), constant(TWO_TO_MINUS_32));
}

/** sin(π/2·t) where y = t² */
export function quarterSine(t: v128, y: v128): v128 {
  let p = f32x4.add(f32x4.mul(constant(SINE, 3), y), constant(SINE, 2));
  p = f32x4.add(f32x4.mul(p, y), constant(SINE, 1));
  p = f32x4.add(f32x4.mul(p, y), constant(SINE));
  return f32x4.mul(p, t);
}

/** cos(π/2·t) where y = t² */
export function quarterCosine(y: v128): v128 {
  let p = f32x4.add(f32x4.mul(constant(COSINE, 3), y), constant(COSINE, 2));
  p = f32x4.add(f32x4.mul(p, y), constant(COSINE, 1));
  p = f32x4.add(f32x4.mul(p, y), constant(COSINE));
  return f32x4.add(f32x4.mul(p, y), constant(ONE));
}
