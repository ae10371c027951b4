// Products of matrices that are not worth packing.

/** c = a·b, or c + a·b: row after row of c, term after term. Strides count elements. */
export function smallProduct(
  c: usize,
  a: usize,
  b: usize,
  m: i32,
  n: i32,
  k: i32,
  aRow: i32,
  aColumn: i32,
  bRow: i32,
  bColumn: i32,
  cRow: i32,
  adds: bool,
): void {
  const isAlongTerms = aColumn === 1 && bRow === 1 && (n === 1 || bColumn !== 1);
  for (let i = 0; i < m; i++) {
    const from = a + ((<usize>(i * aRow)) << 2);
    const to = c + ((<usize>(i * cRow)) << 2);
    if (isAlongTerms) dots(to, from, b, n, k, (<usize>bColumn) << 2, adds);
    else {
      if (!adds) memory.fill(to, 0, (<usize>n) << 2);
      for (let p = 0; p < k; p++) {
        const factor = load<f32>(from + ((<usize>(p * aColumn)) << 2));
        plusRow(to, b + ((<usize>(p * bRow)) << 2), factor, n, (<usize>bColumn) << 2);
      }
    }
  }
}

/** c ← c + x·b. */
function plusRow(c: usize, b: usize, x: f32, n: i32, columnBytes: usize): void {
  let j = 0;
  if (columnBytes === 4) {
    const factor = f32x4.splat(x);
    for (; j + 4 <= n; j += 4) {
      v128.store(c, f32x4.add(v128.load(c), f32x4.mul(factor, v128.load(b))));
      c += 16;
      b += 16;
    }
  }
  for (; j < n; j++) {
    store<f32>(c, load<f32>(c) + x * load<f32>(b));
    c += 4;
    b += columnBytes;
  }
}

/** cⱼ = a·bⱼ for columns of b whose terms lie beside each other. */
function dots(c: usize, a: usize, b: usize, n: i32, k: i32, columnBytes: usize, adds: bool): void {
  for (let j = 0; j < n; j++) {
    const value = dot(a, b, k);
    store<f32>(c, adds ? load<f32>(c) + value : value);
    c += 4;
    b += columnBytes;
  }
}

function dot(a: usize, b: usize, k: i32): f32 {
  let sum = f32x4.splat(0);
  let p = 0;
  for (; p + 4 <= k; p += 4) {
    sum = f32x4.add(sum, f32x4.mul(v128.load(a), v128.load(b)));
    a += 16;
    b += 16;
  }
  let total =
    f32x4.extract_lane(sum, 0) + f32x4.extract_lane(sum, 1) + (f32x4.extract_lane(sum, 2) + f32x4.extract_lane(sum, 3));
  for (; p < k; p++) {
    total += load<f32>(a) * load<f32>(b);
    a += 4;
    b += 4;
  }
  return total;
}
