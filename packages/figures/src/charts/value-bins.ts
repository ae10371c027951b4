// Counts of values in bins of equal width.

/** Bins from `from` to `to`, and how many values each holds. */
export interface Bins {
  readonly from: number;
  readonly width: number;
  readonly counts: readonly number[];
  /** Number of values below, above, or not finite. */
  readonly outside: number;
}

/** Counts values in `bins` bins from `from` to `to`; the last bin holds its upper end. */
export function countInBins(
  values: ArrayLike<number>,
  { from, to, bins }: { readonly from: number; readonly to: number; readonly bins: number },
): Bins {
  const counts = new Array<number>(bins).fill(0);
  const width = (to - from) / bins;
  let outside = 0;
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (value >= from && value <= to) counts[Math.min(bins - 1, Math.floor((value - from) / width))]!++;
    else outside++; // NaN as well
  }
  return { from, width, counts, outside };
}
