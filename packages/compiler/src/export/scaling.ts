// The dependence of a number on the batch size, derived from its values at two sizes.

/** The two batch sizes that a function is traced at. */
export type Sizes = readonly [number, number];

/** A number at batch size B: `multiple`·B, or `numerator`/(`divisor`·B). */
export type Scaling = { readonly multiple: number } | { readonly numerator: number; readonly divisor: number };

/** The whole k with a = k·B at both sizes; undefined for equal numbers and for all others. */
export function multipleOfBatch(a: number, b: number, [sizeA, sizeB]: Sizes): number | undefined {
  const multiple = a / sizeA;
  return a !== b && Number.isInteger(multiple) && multiple * sizeB === b ? multiple : undefined;
}

/**
 * The dependence of a float32 on the batch size: k·B (the count in a mean) or its inverse, n/B or 1/(m·B), with whole
 * k, n and m. Both are exact: computed in float32 at either size they give the traced number, bit for bit.
 */
export function scalingOf(a: number, b: number, sizes: Sizes): Scaling | undefined {
  const multiple = multipleOfBatch(a, b, sizes);
  if (multiple !== undefined) return { multiple };
  const product = a * sizes[0]; // n or 1/m, up to the rounding of a
  const candidates = [
    { numerator: Math.round(product), divisor: 1 },
    { numerator: Math.sign(product), divisor: Math.round(1 / Math.abs(product)) },
  ];
  const fits = ({ numerator, divisor }: { numerator: number; divisor: number }) =>
    numerator !== 0 &&
    [a, b].every((value, i) => Number.isFinite(value) && Math.fround(numerator / (divisor * sizes[i]!)) === value);
  return a === b ? undefined : candidates.find(fits);
}
