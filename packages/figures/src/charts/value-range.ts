// The ranges of the axes: all values, a robust part of them, or a given one; and the sentence that counts the points
// outside.
import { isDrawable, type LineChartOptions, type Series } from './chart-options.ts';

/** The ends of an axis. */
export interface ValueRange {
  readonly min: number;
  readonly max: number;
}

/** The range of a chart's y axis; `fixed` if it may cut off values, so that the axis must not grow beyond it. */
export function yAxisRange({ series, yRange = 'all' }: LineChartOptions): ValueRange & { readonly fixed: boolean } {
  const all = extent(bandEnds(series));
  if (yRange === 'all') return { ...all, fixed: false };
  if (yRange !== 'robust') return { min: yRange[0], max: yRange[1], fixed: true };
  const inner = union(robustRange(bandEnds(series)), extent(bandEnds(series.map(itsEnd))));
  return inner.min <= all.min && inner.max >= all.max ? { ...all, fixed: false } : { ...rounded(inner), fixed: true };
}

/**
 * The range of the x axis: all points, including those that the y axis cuts off. A linear axis that starts near zero
 * starts at zero, so that a curve recorded from step 100 on does not look like one from the start.
 */
export function xAxisRange(series: readonly Series[], logX: boolean): ValueRange {
  const { min, max } = extent(series.flatMap(({ points }) => points.filter(isDrawable).map(({ x }) => x)));
  if (min === max) return logX ? { min: min / 2, max: max * 2 } : { min: min - 1, max: max + 1 };
  return { min: !logX && min > 0 && min <= max / 10 ? 0 : min, max };
}

/** Tells how many points lie outside a range and how far; `undefined` if none does. */
export function cutNote(series: readonly Series[], { min, max }: ValueRange): string | undefined {
  const values = series.flatMap(({ points }) => points.filter(isDrawable).map(({ y }) => y));
  const above = values.filter((y) => y > max);
  const below = values.filter((y) => y < min);
  if (above.length + below.length === 0) return undefined;
  const parts = [
    above.length > 0 ? `${above.length} above ${readable(max)} (up to ${readable(extent(above).max)})` : '',
    below.length > 0 ? `${below.length} below ${readable(min)} (down to ${readable(extent(below).min)})` : '',
  ];
  return `y axis is cut: of ${readable(values.length)} points, ${parts.filter(Boolean).join(' and ')} not shown`;
}

/** The ends of every band, or the value itself for a point without a band. */
const bandEnds = (series: readonly Series[]) =>
  series.flatMap(({ points }) =>
    points
      .filter(isDrawable)
      .flatMap(({ y, spread }) => (spread && Number.isFinite(spread) ? [y - spread, y + spread] : [y])),
  );

/** The last point of a curve: no cut may hide it, nor the values between it and the rest. */
const itsEnd = (series: Series): Series => ({ ...series, points: series.points.filter(isDrawable).slice(-1) });

const union = (a: ValueRange, b: ValueRange): ValueRange => ({
  min: Math.min(a.min, b.min),
  max: Math.max(a.max, b.max),
});

const extent = (values: readonly number[]): ValueRange => ({
  min: values.reduce((a, b) => Math.min(a, b)),
  max: values.reduce((a, b) => Math.max(a, b)),
});

/**
 * The values within Tukey's fences, 1.5 interquartile ranges beyond the quartiles: a curve that settles, without its
 * first steps.
 */
function robustRange(values: readonly number[]): ValueRange {
  const sorted = values.toSorted((a, b) => a - b);
  const quantile = (p: number) => sorted[Math.round(p * (sorted.length - 1))]!;
  const reach = 1.5 * (quantile(0.75) - quantile(0.25));
  if (reach === 0) return extent(values); // most values are equal: there is no scale to call anything far by
  return { min: Math.max(quantile(0.25) - reach, sorted[0]!), max: Math.min(quantile(0.75) + reach, sorted.at(-1)!) };
}

/** Widens a range to multiples of 1, 2 or 5 times a power of ten, so that about eight steps fill it. */
function rounded({ min, max }: ValueRange): ValueRange {
  const rough = (max - min) / 8;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((candidate) => candidate >= rough)!;
  const exact = (x: number) => Number(x.toPrecision(12)); // 0.30000000000000004 would be printed in full
  return { min: exact(Math.floor(min / step) * step), max: exact(Math.ceil(max / step) * step) };
}

const readable = (x: number) => x.toLocaleString('en-US', { maximumSignificantDigits: 4 });
