// Correction of several p-values at once.

/**
 * Holm's step-down adjustment of m p-values: the k-th smallest (k from 1) becomes the largest of (m − j + 1)·p_(j)
 * over j ≤ k, at most 1. Rejecting the values below α errs in any of them with probability α at most, whatever their
 * dependence.
 *
 * @param pValues each from 0 to 1
 * @returns the adjusted values in the given order
 * @see Holm, A simple sequentially rejective multiple test procedure (1979)
 */
export function holm(pValues: readonly number[]): number[] {
  const order = pValues.map((_, i) => i).toSorted((a, b) => pValues[a]! - pValues[b]!);
  const adjusted = new Array<number>(pValues.length);
  let largest = 0;
  order.forEach((place, rank) => {
    largest = Math.max(largest, Math.min(1, (pValues.length - rank) * pValues[place]!));
    adjusted[place] = largest;
  });
  return adjusted;
}
