// Philox 4x32-10 on four blocks at a time; src/philox.ts is the plain form, with the paper.

const MULTIPLIERS: usize = memory.data<u32>([0xd2511f53, 0xcd9e8d57]);
const roundKeys: usize = memory.data(320, 16);

/** Stores the ten round keys, each copied to four lanes, for the rounds. */
function scheduleKeys(k0: i32, k1: i32): void {
  for (let at = roundKeys; at < roundKeys + 320; at += 32) {
    v128.store(at, i32x4.splat(k0));
    v128.store(at, i32x4.splat(k1), 16);
    k0 += 0x9e3779b9;
    k1 += 0xbb67ae85;
  }
}

/** The upper halves of four 64-bit products. */
function upperHalves(low: v128, high: v128): v128 {
  return i32x4.shuffle(low, high, 1, 3, 5, 7);
}

/** The lower halves of four 64-bit products. */
function lowerHalves(low: v128, high: v128): v128 {
  return i32x4.shuffle(low, high, 0, 2, 4, 6);
}

/** Four blocks side by side (lane l of x0 … x3 is block l) → block after block in memory. */
function storeBlocks(out: usize, x0: v128, x1: v128, x2: v128, x3: v128): void {
  const a = i32x4.shuffle(x0, x1, 0, 4, 1, 5);
  const b = i32x4.shuffle(x2, x3, 0, 4, 1, 5);
  const c = i32x4.shuffle(x0, x1, 2, 6, 3, 7);
  const d = i32x4.shuffle(x2, x3, 2, 6, 3, 7);
  v128.store(out, i64x2.shuffle(a, b, 0, 2));
  v128.store(out, i64x2.shuffle(a, b, 1, 3), 16);
  v128.store(out, i64x2.shuffle(c, d, 0, 2), 32);
  v128.store(out, i64x2.shuffle(c, d, 1, 3), 48);
}

/**
 * Fills [out, end) with the blocks of the counters (block, 0, 0, 0), (block + 1, 0, 0, 0), …; 64 bytes at a time.
 *
 * Only x0 differs between blocks. So half of round 1 is a multiplication by zero and half of round 2 one by the key,
 * both the same for all blocks: two of the twenty multiplications stay outside the loop.
 */
export function fillBlocks(out: usize, end: usize, k0: i32, k1: i32, block: i32): void {
  scheduleKeys(k0, k1);
  const m0 = v128.load32_splat(MULTIPLIERS);
  const m1 = v128.load32_splat(MULTIPLIERS, 4);
  const keyProduct = <u64>(<u32>k0) * load<u32>(MULTIPLIERS);
  const keyUpper = i32x4.splat(<i32>(keyProduct >> 32));
  const keyLower = i32x4.splat(<i32>keyProduct);
  let counter = i32x4.add(i32x4.splat(block), i32x4(0, 1, 2, 3));
  for (; out < end; out += 64) {
    let low0 = i64x2.extmul_low_i32x4_u(counter, m0);
    let high0 = i64x2.extmul_high_i32x4_u(counter, m0);
    let x2 = v128.xor(upperHalves(low0, high0), v128.load(roundKeys, 16));
    let x3 = lowerHalves(low0, high0);
    let low1 = i64x2.extmul_low_i32x4_u(x2, m1);
    let high1 = i64x2.extmul_high_i32x4_u(x2, m1);
    let x0 = v128.xor(upperHalves(low1, high1), v128.load(roundKeys, 32));
    let x1 = lowerHalves(low1, high1);
    x2 = v128.xor(v128.xor(keyUpper, x3), v128.load(roundKeys, 48));
    x3 = keyLower;
    for (let round = roundKeys + 64; round < roundKeys + 320; round += 32) {
      low0 = i64x2.extmul_low_i32x4_u(x0, m0);
      high0 = i64x2.extmul_high_i32x4_u(x0, m0);
      low1 = i64x2.extmul_low_i32x4_u(x2, m1);
      high1 = i64x2.extmul_high_i32x4_u(x2, m1);
      x0 = v128.xor(v128.xor(upperHalves(low1, high1), x1), v128.load(round));
      x1 = lowerHalves(low1, high1);
      x2 = v128.xor(v128.xor(upperHalves(low0, high0), x3), v128.load(round, 16));
      x3 = lowerHalves(low0, high0);
    }
    storeBlocks(out, x0, x1, x2, x3);
    counter = i32x4.add(counter, i32x4.splat(4));
  }
}
