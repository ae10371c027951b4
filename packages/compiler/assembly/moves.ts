// Copies between arrays of any strides, up to four axes: the table holds sizes, strides of the result, strides of the
// source.
import { size, stride } from './nest';

/** out[i·s] = x[i·t] for all places i. */
export function copy(out: usize, x: usize, table: usize): void {
  const n = size(table, 3);
  const toStride = stride(table, 0, 3);
  const fromStride = stride(table, 1, 3);
  for (let i0 = 0; i0 < size(table, 0); i0++) {
    for (let i1 = 0; i1 < size(table, 1); i1++) {
      let to = out + <usize>i0 * stride(table, 0, 0) + <usize>i1 * stride(table, 0, 1);
      let from = x + <usize>i0 * stride(table, 1, 0) + <usize>i1 * stride(table, 1, 1);
      for (let i2 = size(table, 2); i2 > 0; i2--) {
        run(to, from, n, toStride, fromStride);
        to += stride(table, 0, 2);
        from += stride(table, 1, 2);
      }
    }
  }
}

function run(to: usize, from: usize, n: i32, toStride: usize, fromStride: usize): void {
  if (toStride === 4 && fromStride === 4) {
    if (n >= 64) {
      memory.copy(to, from, (<usize>n) << 2);
      return;
    }
    for (; n >= 4; n -= 4) {
      v128.store(to, v128.load(from));
      to += 16;
      from += 16;
    }
  }
  for (; n > 0; n--) {
    store<i32>(to, load<i32>(from));
    to += toStride;
    from += fromStride;
  }
}

/** n elements of one value, given by its bits. */
export function fill(out: usize, n: i32, bits: i32): void {
  for (let at: usize = 0, end: usize = (<usize>n) << 2; at < end; at += 4) store<i32>(out + at, bits);
}

/** out[o, i, :] = x[o, places[i], :], x of [outer, length, inner], out of [outer, count, inner]; places from 0 on. */
export function gather(out: usize, x: usize, places: usize, outer: i32, count: i32, length: i32, inner: i32): void {
  const bytes = (<usize>inner) << 2;
  for (let o = 0; o < outer; o++) {
    for (let i = 0; i < count; i++) {
      const from = x + <usize>load<i32>(places + ((<usize>i) << 2)) * bytes;
      if (inner === 1) store<i32>(out, load<i32>(from));
      else memory.copy(out, from, bytes);
      out += bytes;
    }
    x += <usize>length * bytes;
  }
}
