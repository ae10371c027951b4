// Matrices as panels of a few rows, one panel after the other, each column by column: the order in which a product
// reads them. Rows beyond the last are zeros.

/** Panels of `width` rows from a matrix of [rows, depth] with any strides. */
export function pack(out: usize, x: usize, rows: i32, depth: i32, row: i32, column: i32, width: i32): void {
  const rowBytes = (<usize>row) << 2;
  for (let i = 0; i < rows; i += width) {
    const here = min(width, rows - i);
    if (here < width) memory.fill(out, 0, (<usize>(width * depth)) << 2);
    const from = x + <usize>i * rowBytes;
    if (row === 1) acrossRows(out, from, here, depth, (<usize>column) << 2, width);
    else alongRows(out, from, here, depth, rowBytes, (<usize>column) << 2, width);
    out += (<usize>(width * depth)) << 2;
  }
}

/** Rows lie beside each other: whole columns are copied. */
function acrossRows(out: usize, x: usize, rows: i32, depth: i32, columnBytes: usize, width: i32): void {
  const step = (<usize>width) << 2;
  for (let p = 0; p < depth; p++) {
    let i = 0;
    for (; i + 4 <= rows; i += 4) v128.store(out + ((<usize>i) << 2), v128.load(x + ((<usize>i) << 2)));
    for (; i < rows; i++) store<f32>(out + ((<usize>i) << 2), load<f32>(x + ((<usize>i) << 2)));
    out += step;
    x += columnBytes;
  }
}

/** Four rows at a time: blocks of four by four are transposed where columns lie beside each other. */
function alongRows(out: usize, x: usize, rows: i32, depth: i32, rowBytes: usize, columnBytes: usize, width: i32): void {
  const step = (<usize>width) << 2;
  let i = 0;
  if (columnBytes === 4) {
    for (; i + 4 <= rows; i += 4) {
      const from = x + <usize>i * rowBytes;
      const to = out + ((<usize>i) << 2);
      fourRows(to, step, from, depth, rowBytes);
    }
  }
  for (; i < rows; i++) {
    let from = x + <usize>i * rowBytes;
    let to = out + ((<usize>i) << 2);
    for (let p = 0; p < depth; p++) {
      store<f32>(to, load<f32>(from));
      to += step;
      from += columnBytes;
    }
  }
}

function fourRows(to: usize, step: usize, from: usize, depth: i32, rowBytes: usize): void {
  let p = 0;
  for (; p + 4 <= depth; p += 4) {
    const a = v128.load(from);
    const b = v128.load(from + rowBytes);
    const c = v128.load(from + 2 * rowBytes);
    const d = v128.load(from + 3 * rowBytes);
    const ab = i8x16.shuffle(a, b, 0, 1, 2, 3, 16, 17, 18, 19, 4, 5, 6, 7, 20, 21, 22, 23);
    const cd = i8x16.shuffle(c, d, 0, 1, 2, 3, 16, 17, 18, 19, 4, 5, 6, 7, 20, 21, 22, 23);
    const ef = i8x16.shuffle(a, b, 8, 9, 10, 11, 24, 25, 26, 27, 12, 13, 14, 15, 28, 29, 30, 31);
    const gh = i8x16.shuffle(c, d, 8, 9, 10, 11, 24, 25, 26, 27, 12, 13, 14, 15, 28, 29, 30, 31);
    v128.store(to, i8x16.shuffle(ab, cd, 0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23));
    v128.store(to + step, i8x16.shuffle(ab, cd, 8, 9, 10, 11, 12, 13, 14, 15, 24, 25, 26, 27, 28, 29, 30, 31));
    v128.store(to + 2 * step, i8x16.shuffle(ef, gh, 0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23));
    v128.store(to + 3 * step, i8x16.shuffle(ef, gh, 8, 9, 10, 11, 12, 13, 14, 15, 24, 25, 26, 27, 28, 29, 30, 31));
    to += 4 * step;
    from += 16;
  }
  for (; p < depth; p++) {
    store<f32>(to, load<f32>(from));
    store<f32>(to, load<f32>(from + rowBytes), 4);
    store<f32>(to, load<f32>(from + 2 * rowBytes), 8);
    store<f32>(to, load<f32>(from + 3 * rowBytes), 12);
    to += step;
    from += 4;
  }
}
