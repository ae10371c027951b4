// The cells of a corner plot: histograms on the diagonal, clouds of points below it, all of one size.
import type { ChartConfiguration, Plugin } from 'chart.js';
import type { Placement } from '../charts/chart-drawing.ts';
import { background } from '../charts/chart-style.ts';
import { axisLine, seriesColor, withOpacity } from '../palette.ts';
import { textWidth } from '../text.ts';
import type { ColumnSeries } from './column-options.ts';
import { densityBars } from './density-bars.ts';
import type { NumberAxis } from './number-axis.ts';
import type { ObservedNumbers } from './observed-values.ts';
import { type AxisView, ticksAcross, ticksUp, tickText } from './round-ticks.ts';
import { smallFixedAxis, smallNumberAxis, smallOptions, tickFont } from './small-style.ts';

/** A column of a corner plot: its numbers in every series, and the axis that they share. */
export interface PairColumn {
  readonly name: string;
  readonly numbers: readonly ObservedNumbers[];
  /** The bins. */
  readonly axis: NumberAxis;
  /** A little more than the bins, so that points on their ends stay whole. */
  readonly view: AxisView;
}

/** Space for the numbers of an axis beside a cell, in layout pixels; 0 for an axis without numbers. */
export interface CellEdges {
  readonly left: number;
  readonly bottom: number;
}

/** The side of a cell, and the space to the next one, in layout pixels. */
export const [CELL, CELL_GAP] = [160, 14];

/** Points of a series in one cell, at most. */
export const MOST_POINTS = 1000;

/** The histogram of a column; its density has no axis. */
export function diagonalCell({ axis, view, numbers }: PairColumn, series: readonly ColumnSeries[], edges: CellEdges) {
  const y = { ...smallNumberAxis(), display: false, beginAtZero: true, grace: '6%' };
  return cell('bar', densityBars(axis, numbers, series), { x: fixed(view, 'height', edges.bottom), y });
}

/** The points of two columns, `x` across and `y` up. */
export function pointCell(x: PairColumn, y: PairColumn, series: readonly ColumnSeries[], edges: CellEdges) {
  const style = pointStyle(Math.max(...x.numbers.map(({ rows }) => rows)));
  const datasets = series.map(({ label }, i) => ({
    label,
    data: thinned(pointsInside(x, y, i)),
    backgroundColor: withOpacity(seriesColor(i), 0.5),
    borderWidth: 0,
    ...style,
  }));
  const across = fixed(x.view, 'height', edges.bottom);
  return cell('scatter', datasets, { x: across, y: fixed(y.view, 'width', edges.left) });
}

/** Large points where there are few. Many are squares, as the SVG of a circle is 20 times as long. */
function pointStyle(rows: number) {
  if (rows > 300) return { pointStyle: 'rect', pointRadius: 1.8 };
  return { pointStyle: 'circle', pointRadius: rows > 30 ? 2 : 3 };
}

const cell = (type: 'bar' | 'scatter', datasets: readonly object[], scales: object) => (placement: Placement) =>
  ({
    type,
    data: { datasets: [...datasets] },
    options: { ...smallOptions(placement, { x: CELL_GAP / 2, y: 1 }), scales },
    plugins: [background, frame],
  }) as ChartConfiguration;

/** Points with both coordinates on their axes; a missing one is on none. */
function pointsInside(x: PairColumn, y: PairColumn, place: number): { readonly x: number; readonly y: number }[] {
  const [xs, ys] = [x.numbers[place]!.byRow, y.numbers[place]!.byRow];
  const isInside = (value: number, { from, to }: NumberAxis) => value >= from && value <= to;
  return Array.from(xs, (value, row) => ({ x: value, y: ys[row]! })).filter(
    (point) => isInside(point.x, x.axis) && isInside(point.y, y.axis),
  );
}

/** Every so-manieth: rows of a file are often sorted, so the first ones are no sample. */
function thinned<T>(all: readonly T[]): T[] {
  const count = Math.min(MOST_POINTS, all.length);
  return Array.from({ length: count }, (_, i) => all[Math.floor((i * all.length) / count)]!);
}

/** An axis of a fixed size, so that the plots of all cells are equal; without numbers if the size is 0. */
function fixed(view: AxisView, side: 'width' | 'height', size: number) {
  const values = side === 'height' ? ticksAcross(view, CELL, tickFont) : ticksUp(view);
  const { ticks, grid, ...rest } = smallFixedAxis(view, values);
  return {
    ...rest,
    grid: { ...grid, drawTicks: size > 0 },
    ticks: { ...ticks, display: size > 0, ...(side === 'height' ? { callback: insideText(view) } : {}) },
    afterFit(fitted: Record<string, number>) {
      fitted[side] = size;
      for (const edge of ['Left', 'Right', 'Top', 'Bottom']) fitted[`padding${edge}`] = 0;
    },
  };
}

/** Numbers near the ends of a cell may not run into those of its neighbours: such a number is left out. */
function insideText(view: AxisView) {
  return (value: number | string, _: number, all: readonly { readonly value: number }[]) => {
    const text = tickText(
      Number(value),
      all.map((tick) => tick.value),
    );
    const middle = (CELL * (Number(value) - view.from)) / (view.to - view.from);
    const half = textWidth(text, tickFont) / 2;
    return middle - half >= -CELL_GAP / 2 + 1 && middle + half <= CELL + CELL_GAP / 2 - 1 ? text : '';
  };
}

/** The width of the numbers left of a cell, with their ticks. */
export function numbersWidth({ view }: PairColumn): number {
  const ticks = ticksUp(view);
  return Math.ceil(Math.max(0, ...ticks.map((value) => textWidth(tickText(value, ticks), tickFont)))) + 16;
}

/** A line around the plot. */
const frame: Plugin = {
  id: 'frame',
  afterDraw: ({ ctx, chartArea: { left, top, width, height } }) => {
    ctx.save();
    ctx.strokeStyle = axisLine;
    ctx.lineWidth = 1;
    ctx.strokeRect(left, top, width, height);
    ctx.restore();
  },
};
