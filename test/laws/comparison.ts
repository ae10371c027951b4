// How far numbers are from what they should be, in float64.

/** Where two arrays differ by more than a tolerance relative to max(1, |expected|); NaN always differs. */
export function differences(
  what: string,
  actual: ArrayLike<number>,
  expected: ArrayLike<number>,
  tolerance: number | ((index: number) => number),
): string[] {
  if (actual.length !== expected.length) return [`${what}: ${actual.length} numbers instead of ${expected.length}`];
  const allowed = typeof tolerance === 'number' ? () => tolerance : tolerance;
  return Array.from(expected).flatMap((right, i) => {
    const error = Math.abs(actual[i]! - right) / Math.max(1, Math.abs(right));
    return error <= allowed(i)
      ? []
      : [`${what}[${i}]: ${actual[i]} instead of ${right} (off by ${error.toExponential(1)})`];
  });
}

/** Where a gradient differs by more than a share of its largest element (at least 1). */
export function gradientDifferences(
  what: string,
  actual: ArrayLike<number>,
  expected: ArrayLike<number>,
  tolerance: number,
): string[] {
  const scale = Array.from(expected).reduce((largest, value) => Math.max(largest, Math.abs(value)), 1);
  const scaled = (values: ArrayLike<number>) => Array.from(values, (value) => value / scale);
  return differences(what, scaled(actual), scaled(expected), tolerance);
}

/** log|det| of a matrix [n, n], row-major. */
export const logAbsDeterminant = (matrix: ArrayLike<number>): number =>
  pivots(matrix).reduce((sum, pivot) => sum + Math.log(Math.abs(pivot)), 0);

/** The pivots of a matrix [n, n], row-major, by LU decomposition with partial pivoting: their product is ±det. */
export function pivots(matrix: ArrayLike<number>): number[] {
  const n = Math.sqrt(matrix.length);
  const rows = Array.from({ length: n }, (_, i) => Float64Array.from({ length: n }, (_, j) => matrix[i * n + j]!));
  for (let k = 0; k < n; k++) {
    const pivot = rows
      .slice(k)
      .reduce((best, row, i) => (Math.abs(row[k]!) > Math.abs(rows[best]![k]!) ? k + i : best), k);
    [rows[k], rows[pivot]] = [rows[pivot]!, rows[k]!];
    const top = rows[k]!;
    for (const row of rows.slice(k + 1)) {
      const factor = row[k]! / top[k]!;
      for (let j = k; j < n; j++) row[j]! -= factor * top[j]!;
    }
  }
  return rows.map((row, k) => row[k]!);
}

/** Central differences of a float64 function of several arrays, for every element: the step is that of float64. */
export function float64Gradient(
  loss: (inputs: Readonly<Record<string, Float64Array>>) => number,
  inputs: Readonly<Record<string, ArrayLike<number>>>,
  step = 1e-5,
): Record<string, number[]> {
  const point = Object.fromEntries(Object.entries(inputs).map(([name, values]) => [name, Float64Array.from(values)]));
  const derivative = (values: Float64Array, i: number) => {
    const centre = values[i]!;
    const at = (value: number) => {
      values[i] = value;
      return loss(point);
    };
    const slope = (at(centre + step) - at(centre - step)) / (2 * step);
    values[i] = centre;
    return slope;
  };
  return Object.fromEntries(
    Object.entries(point).map(([name, values]) => [name, Array.from(values, (_, i) => derivative(values, i))]),
  );
}
