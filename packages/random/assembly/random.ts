// Bulk draws in WebAssembly SIMD, a chunk at a time: first bits, then the draws in their place. src/reference.ts makes
// the same draws in TypeScript; a test compares the two bit for bit.
import { constant, log, positiveUnit, quarterCosine, quarterPosition, quarterSine, unit } from './elementary';
import { fillBlocks } from './philox';

/**
 * Elements of one chunk: 16 KiB, which stay in the first-level cache from the bits to the copy that the caller takes.
 */
export const chunkLength: i32 = 4096;
/** The place of a chunk's draws. */
export const draws: usize = memory.data(16384, 16);
/** The place of a chunk's probabilities (float32) or intensities (bytes), which the caller fills. */
export const chances: usize = memory.data(16384, 16);

const ONE: usize = memory.data<f32>([1]);
const WHITE: usize = memory.data<f32>([255]);
const MINUS_TWO: usize = memory.data<f32>([-2]);
const EIGHTH_TURN: usize = memory.data<u32>([0x20000000]);
const QUARTER_TURN: usize = memory.data<u32>([0x40000000]);
const SIGN_BIT: usize = memory.data<u32>([0x80000000]);

// Each export makes draws[0 .. 16·groups) from block `block` on.

export function bits(k0: i32, k1: i32, block: i32, groups: i32): void {
  fillBlocks(draws, draws + (groups << 6), k0, k1, block);
}

export function uniform(k0: i32, k1: i32, block: i32, groups: i32): void {
  bits(k0, k1, block, groups);
  const end = draws + (groups << 6);
  for (let at = draws; at < end; at += 16) v128.store(at, unit(v128.load(at)));
}

/** Words 2k and 2k + 1 become normals 2k and 2k + 1 (Box-Muller), four pairs at a time. */
export function normal(k0: i32, k1: i32, block: i32, groups: i32): void {
  bits(k0, k1, block, groups);
  const end = draws + (groups << 6);
  for (let at = draws; at < end; at += 32) storeNormals(at, v128.load(at), v128.load(at, 16));
}

/** 1 where the uniform is below the probability at chances + 4·i, else 0. */
export function bernoulli(k0: i32, k1: i32, block: i32, groups: i32): void {
  bits(k0, k1, block, groups);
  const end = draws + (groups << 6);
  let chance = chances;
  for (let at = draws; at < end; at += 16, chance += 16) storeCoins(at, v128.load(at), v128.load(chance));
}

/** 1 where the uniform is below byte/255 for the byte at chances + i, else 0. */
export function bernoulliBytes(k0: i32, k1: i32, block: i32, groups: i32): void {
  bits(k0, k1, block, groups);
  const end = draws + (groups << 6);
  let chance = chances;
  for (let at = draws; at < end; at += 16, chance += 4) storeCoins(at, v128.load(at), loadIntensities(chance));
}

function storeNormals(out: usize, first: v128, second: v128): void {
  const radial = i32x4.shuffle(first, second, 0, 2, 4, 6);
  const angular = i32x4.shuffle(first, second, 1, 3, 5, 7);
  const radius = f32x4.sqrt(f32x4.mul(constant(MINUS_TWO), log(positiveUnit(radial))));
  const t = quarterPosition(angular);
  const y = f32x4.mul(t, t);
  const sin = quarterSine(t, y);
  const cos = quarterCosine(y);
  // The top two bits of the shifted angle count quarters: (cos, sin), (-sin, cos), (-cos, -sin), (sin, -cos).
  const shifted = i32x4.add(angular, constant(EIGHTH_TURN));
  const oddQuarter = i32x4.shr_s(i32x4.shl(shifted, 1), 31);
  const exchange = v128.and(v128.xor(sin, cos), oddQuarter);
  const cosSign = v128.and(i32x4.add(shifted, constant(QUARTER_TURN)), constant(SIGN_BIT));
  const sinSign = v128.and(shifted, constant(SIGN_BIT));
  const even = f32x4.mul(radius, v128.xor(v128.xor(cos, exchange), cosSign));
  const odd = f32x4.mul(radius, v128.xor(v128.xor(sin, exchange), sinSign));
  v128.store(out, i32x4.shuffle(even, odd, 0, 4, 1, 5));
  v128.store(out, i32x4.shuffle(even, odd, 2, 6, 3, 7), 16);
}

function storeCoins(out: usize, words: v128, p: v128): void {
  v128.store(out, v128.and(f32x4.lt(unit(words), p), constant(ONE)));
}

function loadIntensities(at: usize): v128 {
  const bytes = i32x4.extend_low_i16x8_u(i16x8.extend_low_i8x16_u(v128.load32_zero(at)));
  return f32x4.div(f32x4.convert_i32x4_s(bytes), constant(WHITE));
}
