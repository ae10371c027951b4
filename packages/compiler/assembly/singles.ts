// Element-wise operators of one operand, over n elements.
import { exp4, log4, sigmoid4, tanh4 } from './functions';
import { storeOne } from './nest';

function each<Op>(out: usize, x: usize, n: i32): void {
  const end = (<usize>n) << 2;
  let at: usize = 0;
  for (; at + 16 <= end; at += 16) v128.store(out + at, changetype<Op>(0).of(v128.load(x + at)));
  for (; at < end; at += 4) storeOne(out + at, changetype<Op>(0).of(v128.load32_splat(x + at)));
}

function truth(mask: v128): v128 {
  return v128.and(mask, i32x4.splat(1));
}

class Absolute {
  @inline of(x: v128): v128 {
    return f32x4.abs(x);
  }
}
export function absolute(out: usize, x: usize, n: i32): void {
  each<Absolute>(out, x, n);
}

class Ceiling {
  @inline of(x: v128): v128 {
    return f32x4.ceil(x);
  }
}
export function ceiling(out: usize, x: usize, n: i32): void {
  each<Ceiling>(out, x, n);
}

class Exponential {
  @inline of(x: v128): v128 {
    return exp4(x);
  }
}
export function exponential(out: usize, x: usize, n: i32): void {
  each<Exponential>(out, x, n);
}

class Floor {
  @inline of(x: v128): v128 {
    return f32x4.floor(x);
  }
}
export function floor(out: usize, x: usize, n: i32): void {
  each<Floor>(out, x, n);
}

class FromInt {
  @inline of(x: v128): v128 {
    return f32x4.convert_i32x4_s(x);
  }
}
export function fromInt(out: usize, x: usize, n: i32): void {
  each<FromInt>(out, x, n);
}

class HyperbolicTangent {
  @inline of(x: v128): v128 {
    return tanh4(x);
  }
}
export function hyperbolicTangent(out: usize, x: usize, n: i32): void {
  each<HyperbolicTangent>(out, x, n);
}

class Inverse {
  @inline of(x: v128): v128 {
    return f32x4.div(f32x4.splat(1), x);
  }
}
export function inverse(out: usize, x: usize, n: i32): void {
  each<Inverse>(out, x, n);
}

class IsInfinite {
  @inline of(x: v128): v128 {
    return truth(f32x4.eq(f32x4.abs(x), f32x4.splat(Infinity)));
  }
}
export function isInfinite(out: usize, x: usize, n: i32): void {
  each<IsInfinite>(out, x, n);
}

class IsNaNumber {
  @inline of(x: v128): v128 {
    return truth(f32x4.ne(x, x));
  }
}
export function isNaNumber(out: usize, x: usize, n: i32): void {
  each<IsNaNumber>(out, x, n);
}

class Logarithm {
  @inline of(x: v128): v128 {
    return log4(x);
  }
}
export function logarithm(out: usize, x: usize, n: i32): void {
  each<Logarithm>(out, x, n);
}

class Negate {
  @inline of(x: v128): v128 {
    return f32x4.neg(x);
  }
}
export function negate(out: usize, x: usize, n: i32): void {
  each<Negate>(out, x, n);
}

class NegateInt {
  @inline of(x: v128): v128 {
    return i32x4.neg(x);
  }
}
export function negateInt(out: usize, x: usize, n: i32): void {
  each<NegateInt>(out, x, n);
}

class Not {
  @inline of(x: v128): v128 {
    return v128.xor(x, i32x4.splat(1));
  }
}
export function not(out: usize, x: usize, n: i32): void {
  each<Not>(out, x, n);
}

class Rectify {
  @inline of(x: v128): v128 {
    return f32x4.max(x, f32x4.splat(0));
  }
}
export function rectify(out: usize, x: usize, n: i32): void {
  each<Rectify>(out, x, n);
}

class Round {
  @inline of(x: v128): v128 {
    return f32x4.nearest(x);
  }
}
export function round(out: usize, x: usize, n: i32): void {
  each<Round>(out, x, n);
}

class Sigmoid {
  @inline of(x: v128): v128 {
    return sigmoid4(x);
  }
}
export function sigmoid(out: usize, x: usize, n: i32): void {
  each<Sigmoid>(out, x, n);
}

class Sign {
  @inline of(x: v128): v128 {
    return v128.bitselect(
      v128.or(f32x4.splat(1), v128.and(x, i32x4.splat(i32.MIN_VALUE))),
      x,
      f32x4.gt(f32x4.abs(x), f32x4.splat(0)),
    );
  }
}
export function sign(out: usize, x: usize, n: i32): void {
  each<Sign>(out, x, n);
}

class SquareRoot {
  @inline of(x: v128): v128 {
    return f32x4.sqrt(x);
  }
}
export function squareRoot(out: usize, x: usize, n: i32): void {
  each<SquareRoot>(out, x, n);
}

class ToBool {
  @inline of(x: v128): v128 {
    return truth(f32x4.ne(x, f32x4.splat(0)));
  }
}
export function toBool(out: usize, x: usize, n: i32): void {
  each<ToBool>(out, x, n);
}

class ToInt {
  @inline of(x: v128): v128 {
    return i32x4.trunc_sat_f32x4_s(x);
  }
}
export function toInt(out: usize, x: usize, n: i32): void {
  each<ToInt>(out, x, n);
}

export function sine(out: usize, x: usize, n: i32): void {
  for (let at: usize = 0, end: usize = (<usize>n) << 2; at < end; at += 4)
    store<f32>(out + at, Mathf.sin(load<f32>(x + at)));
}

export function cosine(out: usize, x: usize, n: i32): void {
  for (let at: usize = 0, end: usize = (<usize>n) << 2; at < end; at += 4)
    store<f32>(out + at, Mathf.cos(load<f32>(x + at)));
}
