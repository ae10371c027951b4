// The options of a line chart: data and words, no drawing. Options that cannot be drawn honestly are refused.
import { ExpectationError } from '@flowvae/tensor';

/** One measured value. If `x` or `y` is not finite, the line has a gap. */
export interface Point {
  readonly x: number;
  readonly y: number;
  /** Half the height of the band around `y`, e.g. one standard error; name the quantity in the label or the title. */
  readonly spread?: number;
}

/** One line of a chart. */
export interface Series {
  readonly label: string;
  readonly points: readonly Point[];
  /** Default false. */
  readonly dashed?: boolean;
  /** The place in the palette, so that two series can share a colour; default: the series' place in the chart. */
  readonly color?: number;
}

/**
 * `'all'` shows every point; `'robust'` cuts off far outliers with a note, but never the last point of a line; a pair
 * is the range itself.
 */
export type YRange = 'all' | 'robust' | readonly [min: number, max: number];

/** A line chart: words with units, and its series. */
export interface LineChartOptions {
  readonly title: string;
  readonly xLabel: string;
  /** With its unit, e.g. `negative ELBO (nats)`. */
  readonly yLabel: string;
  readonly series: readonly Series[];
  /** Default 'all'. A line under the title counts the points that the range cuts off. */
  readonly yRange?: YRange;
  /** Default false. */
  readonly logX?: boolean;
  /** Places of the x axis's labels, e.g. the few measured values; default round numbers. */
  readonly xTicks?: readonly number[];
  /** Width in layout pixels; default 800. A PNG has twice as many pixels each way. */
  readonly width?: number;
  /** Height in layout pixels; default 450. */
  readonly height?: number;
}

export const isDrawable = ({ x, y }: Point) => Number.isFinite(x) && Number.isFinite(y);

/** @throws ExpectationError that names the option which cannot be drawn */
export function checkChart(where: string, options: LineChartOptions): void {
  const { series, yRange = 'all', logX = false, xTicks = [] } = options;
  if (series.length === 0) refuse(`${where}: series`, 'at least one series', 'none');
  for (const line of series) checkSeries(`${where}: series "${line.label}"`, line, logX);
  for (const side of ['width', 'height'] as const) checkSide(`${where}: ${side}`, options[side]);
  const misplaced = xTicks.find((x) => !Number.isFinite(x) || (logX && x <= 0));
  if (misplaced !== undefined) refuse(`${where}: xTicks`, `finite numbers${logX ? ' above 0' : ''}`, `${misplaced}`);
  if (typeof yRange === 'string') return;
  const [min, max] = yRange;
  if (!(Number.isFinite(min) && Number.isFinite(max) && min < max)) {
    refuse(`${where}: yRange`, 'two finite numbers, the smaller one first', `[${min}, ${max}]`);
  }
}

function checkSeries(where: string, { points }: Series, logX: boolean): void {
  const drawable = points.filter(isDrawable);
  if (drawable.length === 0) {
    const received = points.length === 0 ? 'no points' : `${points.length} points, none of them finite`;
    refuse(where, 'at least one point with finite x and y', received, 'leave the series out until it has values');
  }
  const negative = drawable.find(({ spread = 0 }) => spread < 0);
  if (negative) refuse(where, 'spreads of 0 or more', `${negative.spread} at x = ${negative.x}`);
  const unscalable = logX ? drawable.find(({ x }) => x <= 0) : undefined;
  if (unscalable) {
    const remedy = 'leave the point out or use a linear axis';
    refuse(where, 'x above 0 on a logarithmic axis', `x = ${unscalable.x}`, remedy);
  }
}

function checkSide(where: string, side: number | undefined): void {
  if (side === undefined || (Number.isInteger(side) && side >= 100 && side <= 8000)) return;
  refuse(where, 'a whole number of pixels from 100 to 8000', `${side}`);
}

function refuse(where: string, expected: string, received: string, remedy?: string): never {
  throw new ExpectationError({ where, expected, received, ...(remedy ? { remedy } : {}) });
}
