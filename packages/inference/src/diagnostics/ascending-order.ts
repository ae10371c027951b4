// The order of numbers by size.

/** Indices of the values from the smallest to the largest, equal ones by their place, NaN at the end. */
export const ascendingOrder = (values: Float64Array): Uint32Array =>
  Uint32Array.from(values, (_, i) => i).sort((a, b) => compare(values[a]!, values[b]!));

/** Unlike the difference, also right for equal infinities. */
function compare(a: number, b: number): number {
  if (a < b) return -1;
  if (a > b) return 1;
  return Number(Number.isNaN(a)) - Number(Number.isNaN(b));
}
