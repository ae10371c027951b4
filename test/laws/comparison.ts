// Distances of numbers from their expected values, in float64.

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
