// One tile of a product: six rows where relaxed SIMD fuses a multiplication with an addition; five elsewhere, for a
// product needs a register until it is added. There is no branch beside the loop: with one, V8 keeps sums in memory.

/** Rows of a tile. */
export const ROWS = ASC_FEATURE_RELAXED_SIMD ? 6 : 5;

/** Columns of a tile. */
export const COLUMNS = 8;

function plus(sum: v128, x: v128, y: v128): v128 {
  return ASC_FEATURE_RELAXED_SIMD ? f32x4.relaxed_madd(x, y, sum) : f32x4.add(sum, f32x4.mul(x, y));
}

/** c = start + a·b for one tile, a and b packed; rows of c and of start lie so many bytes apart. */
export function tile(
  c: usize,
  rowBytes: usize,
  start: usize,
  startRowBytes: usize,
  a: usize,
  b: usize,
  depth: i32,
): void {
  let c00 = v128.load(start);
  let c01 = v128.load(start, 16);
  start += startRowBytes;
  let c10 = v128.load(start);
  let c11 = v128.load(start, 16);
  start += startRowBytes;
  let c20 = v128.load(start);
  let c21 = v128.load(start, 16);
  start += startRowBytes;
  let c30 = v128.load(start);
  let c31 = v128.load(start, 16);
  start += startRowBytes;
  let c40 = v128.load(start);
  let c41 = v128.load(start, 16);
  start += startRowBytes;
  let c50 = f32x4.splat(0);
  let c51 = f32x4.splat(0);
  if (ROWS === 6) {
    c50 = v128.load(start);
    c51 = v128.load(start, 16);
  }
  for (let p = 0; p < depth; p++) {
    const b0 = v128.load(b);
    const b1 = v128.load(b, 16);
    let x = v128.load32_splat(a);
    c00 = plus(c00, x, b0);
    c01 = plus(c01, x, b1);
    x = v128.load32_splat(a, 4);
    c10 = plus(c10, x, b0);
    c11 = plus(c11, x, b1);
    x = v128.load32_splat(a, 8);
    c20 = plus(c20, x, b0);
    c21 = plus(c21, x, b1);
    x = v128.load32_splat(a, 12);
    c30 = plus(c30, x, b0);
    c31 = plus(c31, x, b1);
    x = v128.load32_splat(a, 16);
    c40 = plus(c40, x, b0);
    c41 = plus(c41, x, b1);
    if (ROWS === 6) {
      x = v128.load32_splat(a, 20);
      c50 = plus(c50, x, b0);
      c51 = plus(c51, x, b1);
    }
    a += ROWS << 2;
    b += COLUMNS << 2;
  }
  v128.store(c, c00);
  v128.store(c, c01, 16);
  c += rowBytes;
  v128.store(c, c10);
  v128.store(c, c11, 16);
  c += rowBytes;
  v128.store(c, c20);
  v128.store(c, c21, 16);
  c += rowBytes;
  v128.store(c, c30);
  v128.store(c, c31, 16);
  c += rowBytes;
  v128.store(c, c40);
  v128.store(c, c41, 16);
  if (ROWS === 6) {
    v128.store(c + rowBytes, c50);
    v128.store(c + rowBytes, c51, 16);
  }
}
