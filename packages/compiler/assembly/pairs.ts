// Element-wise operators of two operands, with broadcasting: see nest.ts for the table.
import { four, one, size, storeOne, stride } from './nest';

function row<Op>(out: usize, a: usize, b: usize, n: i32, isFixedA: bool, isFixedB: bool): void {
  const end = (<usize>n) << 2;
  let at: usize = 0;
  if (!isFixedA && !isFixedB) {
    for (; at + 16 <= end; at += 16) v128.store(out + at, changetype<Op>(0).of(v128.load(a + at), v128.load(b + at)));
  } else {
    for (; at + 16 <= end; at += 16) {
      v128.store(out + at, changetype<Op>(0).of(four(a, at, isFixedA), four(b, at, isFixedB)));
    }
  }
  for (; at < end; at += 4) {
    storeOne(out + at, changetype<Op>(0).of(one(a, at, isFixedA), one(b, at, isFixedB)));
  }
}

function each<Op>(out: usize, a: usize, b: usize, table: usize): void {
  const n = size(table, 3);
  const isFixedA = stride(table, 0, 3) === 0;
  const isFixedB = stride(table, 1, 3) === 0;
  for (let i0 = 0; i0 < size(table, 0); i0++) {
    for (let i1 = 0; i1 < size(table, 1); i1++) {
      let a2 = a + <usize>i0 * stride(table, 0, 0) + <usize>i1 * stride(table, 0, 1);
      let b2 = b + <usize>i0 * stride(table, 1, 0) + <usize>i1 * stride(table, 1, 1);
      for (let i2 = size(table, 2); i2 > 0; i2--) {
        row<Op>(out, a2, b2, n, isFixedA, isFixedB);
        out += (<usize>n) << 2;
        a2 += stride(table, 0, 2);
        b2 += stride(table, 1, 2);
      }
    }
  }
}

function truth(mask: v128): v128 {
  return v128.and(mask, i32x4.splat(1));
}

class Add {
  @inline of(a: v128, b: v128): v128 {
    return f32x4.add(a, b);
  }
}
export function add(out: usize, a: usize, b: usize, table: usize): void {
  each<Add>(out, a, b, table);
}

class AddInt {
  @inline of(a: v128, b: v128): v128 {
    return i32x4.add(a, b);
  }
}
export function addInt(out: usize, a: usize, b: usize, table: usize): void {
  each<AddInt>(out, a, b, table);
}

class And {
  @inline of(a: v128, b: v128): v128 {
    return v128.and(a, b);
  }
}
export function and(out: usize, a: usize, b: usize, table: usize): void {
  each<And>(out, a, b, table);
}

class Divide {
  @inline of(a: v128, b: v128): v128 {
    return f32x4.div(a, b);
  }
}
export function divide(out: usize, a: usize, b: usize, table: usize): void {
  each<Divide>(out, a, b, table);
}

class Equal {
  @inline of(a: v128, b: v128): v128 {
    return truth(f32x4.eq(a, b));
  }
}
export function equal(out: usize, a: usize, b: usize, table: usize): void {
  each<Equal>(out, a, b, table);
}

class EqualInt {
  @inline of(a: v128, b: v128): v128 {
    return truth(i32x4.eq(a, b));
  }
}
export function equalInt(out: usize, a: usize, b: usize, table: usize): void {
  each<EqualInt>(out, a, b, table);
}

class Greater {
  @inline of(a: v128, b: v128): v128 {
    return truth(f32x4.gt(a, b));
  }
}
export function greater(out: usize, a: usize, b: usize, table: usize): void {
  each<Greater>(out, a, b, table);
}

class GreaterInt {
  @inline of(a: v128, b: v128): v128 {
    return truth(i32x4.gt_s(a, b));
  }
}
export function greaterInt(out: usize, a: usize, b: usize, table: usize): void {
  each<GreaterInt>(out, a, b, table);
}

class GreaterOrEqual {
  @inline of(a: v128, b: v128): v128 {
    return truth(f32x4.ge(a, b));
  }
}
export function greaterOrEqual(out: usize, a: usize, b: usize, table: usize): void {
  each<GreaterOrEqual>(out, a, b, table);
}

class GreaterOrEqualInt {
  @inline of(a: v128, b: v128): v128 {
    return truth(i32x4.ge_s(a, b));
  }
}
export function greaterOrEqualInt(out: usize, a: usize, b: usize, table: usize): void {
  each<GreaterOrEqualInt>(out, a, b, table);
}

class Larger {
  @inline of(a: v128, b: v128): v128 {
    return f32x4.max(a, b);
  }
}
export function larger(out: usize, a: usize, b: usize, table: usize): void {
  each<Larger>(out, a, b, table);
}

class Leaky {
  @inline of(a: v128, b: v128): v128 {
    return v128.bitselect(f32x4.mul(a, b), a, f32x4.lt(a, f32x4.splat(0)));
  }
}
export function leaky(out: usize, a: usize, b: usize, table: usize): void {
  each<Leaky>(out, a, b, table);
}

class Less {
  @inline of(a: v128, b: v128): v128 {
    return truth(f32x4.lt(a, b));
  }
}
export function less(out: usize, a: usize, b: usize, table: usize): void {
  each<Less>(out, a, b, table);
}

class LessInt {
  @inline of(a: v128, b: v128): v128 {
    return truth(i32x4.lt_s(a, b));
  }
}
export function lessInt(out: usize, a: usize, b: usize, table: usize): void {
  each<LessInt>(out, a, b, table);
}

class LessOrEqual {
  @inline of(a: v128, b: v128): v128 {
    return truth(f32x4.le(a, b));
  }
}
export function lessOrEqual(out: usize, a: usize, b: usize, table: usize): void {
  each<LessOrEqual>(out, a, b, table);
}

class LessOrEqualInt {
  @inline of(a: v128, b: v128): v128 {
    return truth(i32x4.le_s(a, b));
  }
}
export function lessOrEqualInt(out: usize, a: usize, b: usize, table: usize): void {
  each<LessOrEqualInt>(out, a, b, table);
}

class Multiply {
  @inline of(a: v128, b: v128): v128 {
    return f32x4.mul(a, b);
  }
}
export function multiply(out: usize, a: usize, b: usize, table: usize): void {
  each<Multiply>(out, a, b, table);
}

class MultiplyInt {
  @inline of(a: v128, b: v128): v128 {
    return i32x4.mul(a, b);
  }
}
export function multiplyInt(out: usize, a: usize, b: usize, table: usize): void {
  each<MultiplyInt>(out, a, b, table);
}

class Or {
  @inline of(a: v128, b: v128): v128 {
    return v128.or(a, b);
  }
}
export function or(out: usize, a: usize, b: usize, table: usize): void {
  each<Or>(out, a, b, table);
}

class Smaller {
  @inline of(a: v128, b: v128): v128 {
    return f32x4.min(a, b);
  }
}
export function smaller(out: usize, a: usize, b: usize, table: usize): void {
  each<Smaller>(out, a, b, table);
}

class Subtract {
  @inline of(a: v128, b: v128): v128 {
    return f32x4.sub(a, b);
  }
}
export function subtract(out: usize, a: usize, b: usize, table: usize): void {
  each<Subtract>(out, a, b, table);
}

class SubtractInt {
  @inline of(a: v128, b: v128): v128 {
    return i32x4.sub(a, b);
  }
}
export function subtractInt(out: usize, a: usize, b: usize, table: usize): void {
  each<SubtractInt>(out, a, b, table);
}

class Unequal {
  @inline of(a: v128, b: v128): v128 {
    return v128.xor(a, b);
  }
}
export function unequal(out: usize, a: usize, b: usize, table: usize): void {
  each<Unequal>(out, a, b, table);
}
