// Counts of the scores of both data sets in the same bins, and their outlines.
import { quantileOf } from '../flow-vs-vae/estimates.ts';
import { type SetName, setNames } from './sets.ts';

/** Counts in bins of equal width. */
export interface Histogram {
  /** The lower end of the first bin. */
  readonly from: number;
  readonly width: number;
  readonly counts: Readonly<Record<SetName, readonly number[]>>;
  /** Scores below the first bin or above the last one. */
  readonly outside: Readonly<Record<SetName, number>>;
}

const BINS = 50;

/** The share of a set's scores that lies beyond the bins on each side, at most. */
const TAIL = 0.01;

/** Counts both sets in bins that hold all but the outer hundredths of each; a log p of −∞ lies outside of any bins. */
export function histogramOf(scores: Readonly<Record<SetName, readonly number[]>>): Histogram {
  const finite = setNames.map((name) => scores[name].filter(Number.isFinite).toSorted((a, b) => a - b));
  const sorted = finite.filter(({ length }) => length > 0);
  const from = Math.min(...sorted.map((values) => quantileOf(values, TAIL)));
  const to = Math.max(...sorted.map((values) => quantileOf(values, 1 - TAIL)));
  const width = (to > from ? to - from : 1) / BINS;
  const counted = setNames.map((name) => [name, countsIn(scores[name], from, width)] as const);
  const outside = counted.map(
    ([name, counts]) => [name, scores[name].length - counts.reduce((a, b) => a + b)] as const,
  );
  return {
    from,
    width,
    counts: Object.fromEntries(counted) as unknown as Histogram['counts'],
    outside: Object.fromEntries(outside) as unknown as Histogram['outside'],
  };
}

function countsIn(values: readonly number[], from: number, width: number): number[] {
  const counts = new Array<number>(BINS).fill(0);
  for (const value of values) {
    const bin = value === from + BINS * width ? BINS - 1 : Math.floor((value - from) / width);
    if (bin >= 0 && bin < BINS) counts[bin]!++;
  }
  return counts;
}

/** The outline of a set's bars. */
export function outlineOf({ from, width, counts }: Histogram, name: SetName): { x: number; y: number }[] {
  const bars = counts[name].flatMap((y, bin) => [
    { x: from + bin * width, y },
    { x: from + (bin + 1) * width, y },
  ]);
  return [{ x: from, y: 0 }, ...bars, { x: from + counts[name].length * width, y: 0 }];
}
