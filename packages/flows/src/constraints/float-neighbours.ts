// The float32 numbers next to a number: the ends of an open interval, as far as float32 can hold points inside it.

/** The smallest normal number of float32; processors may flush smaller ones to 0. */
export const SMALLEST = 2 ** -126;

/** The least float32 above x, at least 2^−126 away from 0. */
export function floatAbove(x: number): number {
  const nearest = Math.fround(x);
  if (Math.abs(nearest) <= SMALLEST) return nearest < 0 ? 0 : SMALLEST;
  const bits = new Int32Array(Float32Array.of(nearest).buffer);
  bits[0]! += nearest > 0 ? 1 : -1;
  return new Float32Array(bits.buffer)[0]!;
}

/** The largest float32 below x, at least 2^−126 away from 0. */
export const floatBelow = (x: number): number => -floatAbove(-x);
