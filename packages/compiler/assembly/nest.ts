// Loops over up to four axes. A table in memory holds the sizes, then the strides of each operand; results are dense.

/** The axes of a table. */
const AXES = 4;

/** The size of an axis. */
export function size(table: usize, axis: i32): i32 {
  return load<i32>(table + ((<usize>axis) << 2));
}

/** The stride of an operand along an axis, in bytes. */
export function stride(table: usize, operand: i32, axis: i32): usize {
  return (<usize>load<i32>(table + ((<usize>(AXES * (1 + operand) + axis)) << 2))) << 2;
}

/** Four elements from here on, or one element four times along an axis of stride 0. */
export function four(from: usize, at: usize, isFixed: bool): v128 {
  return isFixed ? v128.load32_splat(from) : v128.load(from + at);
}

/** One element in all lanes. */
export function one(from: usize, at: usize, isFixed: bool): v128 {
  return v128.load32_splat(isFixed ? from : from + at);
}

/** Stores the first lane. */
export function storeOne(at: usize, x: v128): void {
  v128.store32_lane(at, x, 0);
}
