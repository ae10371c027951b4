// The axis of a numeric column, shared by all of its series: the bulk of the values, in bins.
import { percent, readable } from '../text.ts';

/** Equal bins from `from` to `to`. */
export interface NumberAxis {
  readonly from: number;
  readonly to: number;
  readonly bins: number;
  /** Whether the data are whole numbers, so that each has a bin of its own or shares it with as many as any other. */
  readonly whole: boolean;
}

interface Ends {
  readonly from: number;
  readonly to: number;
}

const MOST_BINS = 30;
const LEAST_BINS = 8;

/** The axis of rising finite values; the first series with values decides on whole numbers. */
export function numberAxis(series: readonly Float64Array[]): NumberAxis {
  const filled = series.filter(({ length }) => length > 0);
  if (filled.length === 0) return { from: 0, to: 1, bins: LEAST_BINS, whole: false };
  const ends = filled.map(bulk).reduce(union);
  if (filled[0]!.every(isSmallWhole)) return wholeAxis(ends);
  const count = Math.max(...filled.map(({ length }) => length));
  const bins = Math.min(MOST_BINS, Math.max(LEAST_BINS, Math.ceil(2 * Math.cbrt(count)))); // Rice's rule
  return { ...(ends.from < ends.to ? ends : around(ends.from)), bins, whole: false };
}

/** A float32 holds every whole number up to here. */
const isSmallWhole = (value: number) => Number.isInteger(value) && Math.abs(value) <= 2 ** 24;

function wholeAxis(ends: Ends): NumberAxis {
  const [low, high] = [Math.floor(ends.from), Math.ceil(ends.to)];
  const [first, last] = low === high ? [low - 2, high + 2] : [low, high];
  const each = Math.ceil((last - first + 1) / MOST_BINS);
  const bins = Math.ceil((last - first + 1) / each);
  return { from: first - 0.5, to: first - 0.5 + bins * each, bins, whole: true };
}

const around = (value: number): Ends => {
  const half = value === 0 ? 0.5 : Math.abs(value) / 2;
  return { from: value - half, to: value + half };
};

const union = (a: Ends, b: Ends): Ends => ({ from: Math.min(a.from, b.from), to: Math.max(a.to, b.to) });

/** Interquartile ranges beyond the quartiles: normal data lie inside, units mixed up by 1,000 do not. */
const REACH = 5;

/** Fewer values than this have no quartiles of a meaning. */
const FEW = 4;

/** One value, a million times as far as another: the other cannot be told from 0 on an axis of both. */
const FAR = 1e6;

/** The ends of the values within wide fences around the quartiles; of all, where none lies outside. */
function bulk(sorted: Float64Array): Ends {
  const quantile = (p: number) => sorted[Math.round(p * (sorted.length - 1))]!;
  const [low, high] = [quantile(0.25), quantile(0.75)];
  if (low === high) return bulkAround(low, sorted);
  const reach = REACH * (high - low);
  return endsOf(sorted.filter((value) => value >= low - reach && value <= high + reach));
}

/** Most values are the same, such as 0: the others are judged among themselves. */
function bulkAround(common: number, sorted: Float64Array): Ends {
  const others = sorted.filter((value) => value !== common);
  const alone = { from: common, to: common };
  if (others.length === 0) return alone;
  if (others.length >= FEW) return union(alone, bulk(others));
  const reach = common === 0 ? Number.POSITIVE_INFINITY : FAR * Math.abs(common);
  return endsOf(sorted.filter((value) => Math.abs(value - common) <= reach));
}

const endsOf = (sorted: Float64Array): Ends => ({ from: sorted[0]!, to: sorted.at(-1)! });

/** The words for observed values that lie outside an axis, infinities among them; undefined where none does. */
export function outsideNote(series: readonly Float32Array[], { from, to }: Ends): string | undefined {
  const outside = series.flatMap((values) => [...values.filter((value) => value < from || value > to)]);
  if (outside.length === 0) return undefined;
  const observed = series.reduce((sum, values) => sum + values.filter((value) => !Number.isNaN(value)).length, 0);
  const farthest = outside.reduce((a, b) => (Math.abs(b) > Math.abs(a) ? b : a));
  const far = Number.isFinite(farthest) ? readable(farthest, 3) : farthest > 0 ? '∞' : '−∞';
  return `${percent(outside.length, observed)} outside the axis (as far as ${far})`;
}
