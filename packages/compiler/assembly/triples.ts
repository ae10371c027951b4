// Element-wise operators of three operands, with broadcasting: see nest.ts for the table.
import { four, one, size, storeOne, stride } from './nest';

function each<Op>(out: usize, a: usize, b: usize, c: usize, table: usize): void {
  const end = (<usize>size(table, 3)) << 2;
  const isFixedA = stride(table, 0, 3) === 0;
  const isFixedB = stride(table, 1, 3) === 0;
  const isFixedC = stride(table, 2, 3) === 0;
  for (let i0 = 0; i0 < size(table, 0); i0++) {
    for (let i1 = 0; i1 < size(table, 1); i1++) {
      let a2 = a + <usize>i0 * stride(table, 0, 0) + <usize>i1 * stride(table, 0, 1);
      let b2 = b + <usize>i0 * stride(table, 1, 0) + <usize>i1 * stride(table, 1, 1);
      let c2 = c + <usize>i0 * stride(table, 2, 0) + <usize>i1 * stride(table, 2, 1);
      for (let i2 = size(table, 2); i2 > 0; i2--) {
        let at: usize = 0;
        for (; at + 16 <= end; at += 16) {
          const x = four(a2, at, isFixedA);
          v128.store(out + at, changetype<Op>(0).of(x, four(b2, at, isFixedB), four(c2, at, isFixedC)));
        }
        for (; at < end; at += 4) {
          const x = one(a2, at, isFixedA);
          storeOne(out + at, changetype<Op>(0).of(x, one(b2, at, isFixedB), one(c2, at, isFixedC)));
        }
        out += end;
        a2 += stride(table, 0, 2);
        b2 += stride(table, 1, 2);
        c2 += stride(table, 2, 2);
      }
    }
  }
}

class Clip {
  @inline of(a: v128, b: v128, c: v128): v128 {
    return f32x4.min(f32x4.max(a, b), c);
  }
}
export function clip(out: usize, a: usize, b: usize, c: usize, table: usize): void {
  each<Clip>(out, a, b, c, table);
}

class HardSigmoid {
  @inline of(a: v128, b: v128, c: v128): v128 {
    return f32x4.min(f32x4.max(f32x4.add(f32x4.mul(a, b), c), f32x4.splat(0)), f32x4.splat(1));
  }
}
export function hardSigmoid(out: usize, a: usize, b: usize, c: usize, table: usize): void {
  each<HardSigmoid>(out, a, b, c, table);
}

class Select {
  @inline of(a: v128, b: v128, c: v128): v128 {
    return v128.bitselect(b, c, i32x4.ne(a, i32x4.splat(0)));
  }
}
export function select(out: usize, a: usize, b: usize, c: usize, table: usize): void {
  each<Select>(out, a, b, c, table);
}
