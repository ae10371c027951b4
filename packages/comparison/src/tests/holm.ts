// Correction of several p-values at once.

/**
 * Holm's step-down adjustment of m p-values: the k-th smallest (k from 1) becomes the largest of (m − j + 1)·p_(j)
 * over j ≤ k, at most 1. Rejecting the values below α errs in any of them with probability α at most, whatever their
 * dependence.
 *
 * @param pValues each from 0 to 1; NaN where it is not known, which counts as a comparison like any other
 * @returns the adjusted values in the given order, NaN where the value is
 * @see Holm, A simple sequentially rejective multiple test procedure (1979)
 */
export function holm(pValues: readonly number[]): number[] {
  const known = [...pValues.keys()].filter((i) => !Number.isNaN(pValues[i]));
  const order = known.toSorted((a, b) => pValues[a]! - pValues[b]!);
  const adjusted = new Array<number>(pValues.length).fill(Number.NaN);
  let largest = 0;
  order.forEach((place, rank) => {
    largest = Math.max(largest, Math.min(1, (pValues.length - rank) * pValues[place]!));
    adjusted[place] = largest;
  });
  return adjusted;
}
