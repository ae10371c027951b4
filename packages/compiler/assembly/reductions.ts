// Reductions along the middle axis of [outer, n, inner].
import { exp4 } from './functions';

class Sum {
  @inline of(a: v128, b: v128): v128 {
    return f32x4.add(a, b);
  }
}

class Product {
  @inline of(a: v128, b: v128): v128 {
    return f32x4.mul(a, b);
  }
}

class Maximum {
  @inline of(a: v128, b: v128): v128 {
    return f32x4.max(a, b);
  }
}

class Minimum {
  @inline of(a: v128, b: v128): v128 {
    return f32x4.min(a, b);
  }
}

/** All of n consecutive floats: four chains of four lanes, so that additions do not wait for each other. */
function whole<Op>(x: usize, n: i32, start: f32): f32 {
  let a = f32x4.splat(start);
  let b = a;
  let c = a;
  let d = a;
  const end = x + ((<usize>n) << 2);
  for (; x + 64 <= end; x += 64) {
    a = changetype<Op>(0).of(a, v128.load(x));
    b = changetype<Op>(0).of(b, v128.load(x, 16));
    c = changetype<Op>(0).of(c, v128.load(x, 32));
    d = changetype<Op>(0).of(d, v128.load(x, 48));
  }
  for (; x + 16 <= end; x += 16) a = changetype<Op>(0).of(a, v128.load(x));
  a = changetype<Op>(0).of(changetype<Op>(0).of(a, b), changetype<Op>(0).of(c, d));
  a = changetype<Op>(0).of(a, i8x16.shuffle(a, a, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7));
  a = changetype<Op>(0).of(a, i8x16.shuffle(a, a, 4, 5, 6, 7, 0, 1, 2, 3, 12, 13, 14, 15, 8, 9, 10, 11));
  for (; x < end; x += 4) a = changetype<Op>(0).of(a, v128.load32_splat(x));
  return f32x4.extract_lane(a, 0);
}

/** Each column of [n, row]: a cache line at a time, since rows may lie a multiple of the cache's ways apart. */
function columns<Op>(out: usize, x: usize, n: i32, rowBytes: usize, start: f32, scale: f32): void {
  const factor = f32x4.splat(scale);
  let at: usize = 0;
  for (; at + 64 <= rowBytes; at += 64) {
    let a = f32x4.splat(start);
    let b = a;
    let c = a;
    let d = a;
    let from = x + at;
    for (let i = n; i > 0; i--) {
      a = changetype<Op>(0).of(a, v128.load(from));
      b = changetype<Op>(0).of(b, v128.load(from, 16));
      c = changetype<Op>(0).of(c, v128.load(from, 32));
      d = changetype<Op>(0).of(d, v128.load(from, 48));
      from += rowBytes;
    }
    v128.store(out + at, f32x4.mul(a, factor));
    v128.store(out + at, f32x4.mul(b, factor), 16);
    v128.store(out + at, f32x4.mul(c, factor), 32);
    v128.store(out + at, f32x4.mul(d, factor), 48);
  }
  for (; at < rowBytes; at += 4) {
    let a = f32x4.splat(start);
    let from = x + at;
    for (let i = n; i > 0; i--) {
      a = changetype<Op>(0).of(a, v128.load32_splat(from));
      from += rowBytes;
    }
    store<f32>(out + at, f32x4.extract_lane(a, 0) * scale);
  }
}

function reduced<Op>(out: usize, x: usize, outer: i32, n: i32, inner: i32, start: f32, scale: f32): void {
  const rowBytes = (<usize>inner) << 2;
  for (let o = 0; o < outer; o++) {
    if (inner === 1) {
      store<f32>(out, whole<Op>(x, n, start) * scale);
    } else {
      columns<Op>(out, x, n, rowBytes, start, scale);
    }
    out += rowBytes;
    x += rowBytes * <usize>n;
  }
}

/** scale·Σ x. */
export function sum(out: usize, x: usize, outer: i32, n: i32, inner: i32, scale: f32): void {
  reduced<Sum>(out, x, outer, n, inner, 0, scale);
}

/** Π x. */
export function productOf(out: usize, x: usize, outer: i32, n: i32, inner: i32): void {
  reduced<Product>(out, x, outer, n, inner, 1, 1);
}

/** max x. */
export function maximum(out: usize, x: usize, outer: i32, n: i32, inner: i32): void {
  reduced<Maximum>(out, x, outer, n, inner, -Infinity, 1);
}

/** min x. */
export function minimum(out: usize, x: usize, outer: i32, n: i32, inner: i32): void {
  reduced<Minimum>(out, x, outer, n, inner, Infinity, 1);
}

/** Partial sums along the axis, without the element itself if exclusive, from the end on if reverse. */
export function cumulativeSum(
  out: usize,
  x: usize,
  outer: i32,
  n: i32,
  inner: i32,
  exclusive: bool,
  reverse: bool,
): void {
  const rowBytes = (<usize>inner) << 2;
  for (let o = 0; o < outer; o++) {
    for (let i = 0; i < inner; i++) {
      let total: f32 = 0;
      for (let j = 0; j < n; j++) {
        const at = <usize>(o * n + (reverse ? n - 1 - j : j)) * rowBytes + ((<usize>i) << 2);
        const value = load<f32>(x + at);
        store<f32>(out + at, exclusive ? total : total + value);
        total += value;
      }
    }
  }
}

/** e^{x − c} into out; its sum. */
function exponentials(out: usize, x: usize, n: i32, c: f32): f32 {
  const centre = f32x4.splat(c);
  let total = f32x4.splat(0);
  let rest: f32 = 0;
  const end = (<usize>n) << 2;
  let at: usize = 0;
  for (; at + 16 <= end; at += 16) {
    const e = exp4(f32x4.sub(v128.load(x + at), centre));
    v128.store(out + at, e);
    total = f32x4.add(total, e);
  }
  for (; at < end; at += 4) {
    const e = f32x4.extract_lane(exp4(f32x4.sub(v128.load32_splat(x + at), centre)), 0);
    store<f32>(out + at, e);
    rest += e;
  }
  return (
    f32x4.extract_lane(total, 0) +
    f32x4.extract_lane(total, 1) +
    (f32x4.extract_lane(total, 2) + f32x4.extract_lane(total, 3)) +
    rest
  );
}

/** e^x/Σe^x of each row of [rows, n]. */
export function softmax(out: usize, x: usize, rows: i32, n: i32): void {
  for (let row = 0; row < rows; row++) {
    const total = exponentials(out, x, n, whole<Maximum>(x, n, -Infinity));
    for (let at: usize = 0, end: usize = (<usize>n) << 2; at < end; at += 4) {
      store<f32>(out + at, load<f32>(out + at) / total);
    }
    out += (<usize>n) << 2;
    x += (<usize>n) << 2;
  }
}

/** x − log Σe^x of each row of [rows, n]. */
export function logSoftmax(out: usize, x: usize, rows: i32, n: i32): void {
  for (let row = 0; row < rows; row++) {
    const largest = whole<Maximum>(x, n, -Infinity);
    const logTotal = Mathf.log(exponentials(out, x, n, largest));
    for (let at: usize = 0, end: usize = (<usize>n) << 2; at < end; at += 4) {
      store<f32>(out + at, load<f32>(x + at) - largest - logTotal);
    }
    out += (<usize>n) << 2;
    x += (<usize>n) << 2;
  }
}
