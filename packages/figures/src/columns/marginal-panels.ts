// The panel of one column: a histogram of its numbers, or the shares of its classes, with its words.
import type { ChartConfiguration } from 'chart.js';
import type { Placement } from '../charts/chart-drawing.ts';
import { background } from '../charts/chart-style.ts';
import { seriesColor, withOpacity } from '../palette.ts';
import { percent, shortened } from '../text.ts';
import type { ColumnFigureOptions, ColumnSeries, FigureColumn } from './column-options.ts';
import { densityBars } from './density-bars.ts';
import { numberAxis, outsideNote } from './number-axis.ts';
import { type Entries, observedClasses, observedNumbers } from './observed-values.ts';
import { ticksAcross } from './round-ticks.ts';
import { smallAxis, smallFixedAxis, smallNumberAxis, smallOptions, tickFont } from './small-style.ts';

/** One column, ready to be drawn. */
export interface MarginalPanel {
  readonly name: string;
  /** The share of missing entries, and of values outside of the axis. */
  readonly notes: readonly string[];
  /** The chart; undefined where no entry is observed. */
  readonly config?: (placement: Placement) => ChartConfiguration;
}

/** Pixels around the axes of a panel. */
const PADDING = { x: 6, y: 6 };

/** The least length of a horizontal axis: a panel less its vertical axis. */
const AXIS_LENGTH = 170;

/** The panel of a column. */
export const marginalPanel = (column: FigureColumn, options: ColumnFigureOptions): MarginalPanel =>
  column.kind === 'number' ? numberPanel(column, options) : sharePanel(column, options);

function numberPanel(column: FigureColumn, { series, width }: ColumnFigureOptions): MarginalPanel {
  const numbers = series.map((each) => observedNumbers(each, column, width));
  const axis = numberAxis(numbers.map(({ sorted }) => sorted));
  const outside = outsideNote(
    numbers.map(({ byRow }) => byRow),
    axis,
  );
  const datasets = densityBars(axis, numbers, series);
  const notes = [...missingNotes(numbers, series), ...(outside === undefined ? [] : [outside])];
  if (datasets.length === 0) return { name: column.name, notes };
  const config = (placement: Placement) =>
    ({
      type: 'bar',
      data: { datasets },
      options: {
        ...smallOptions(placement, PADDING),
        scales: {
          x: smallFixedAxis(axis, ticksAcross(axis, AXIS_LENGTH, tickFont)),
          y: { ...smallNumberAxis('density'), beginAtZero: true },
        },
      },
      plugins: [background],
    }) as ChartConfiguration;
  return { name: column.name, notes, config };
}

const MOST_CLASSES = 10;

function sharePanel(column: FigureColumn, { series, width }: ColumnFigureOptions): MarginalPanel {
  const observed = series.map((each) => observedClasses(each, column, width));
  const notes = missingNotes(observed, series);
  const filled = observed.flatMap(({ counts, rows, missing }, i) =>
    rows === missing ? [] : [{ i, label: series[i]!.label, shares: counts.map((count) => count / (rows - missing)) }],
  );
  if (filled.length === 0) return { name: column.name, notes };
  const groups = classGroups(column, filled[0]!.shares);
  const datasets = filled.map(({ i, label, shares }) => ({
    label,
    data: groups.map(({ classes }) => classes.reduce((sum, k) => sum + shares[k]!, 0)),
    backgroundColor: withOpacity(seriesColor(i), 0.5),
    borderColor: seriesColor(i),
    borderWidth: 1,
    minBarLength: 1, // a share of 0 is seen to be there
  }));
  const { ticks, grid, ...y } = smallAxis();
  const labels = groups.map(({ name }) => shortened(name, tickFont, MOST_LABEL));
  const config = (placement: Placement) =>
    ({
      type: 'bar',
      data: { labels, datasets },
      options: {
        ...smallOptions(placement, PADDING),
        indexAxis: 'y',
        scales: {
          x: { ...smallNumberAxis('share'), beginAtZero: true },
          y: { type: 'category', ...y, grid: { ...grid, display: false }, ticks: { ...ticks, autoSkip: false } },
        },
      },
      plugins: [background],
    }) as ChartConfiguration;
  return { name: column.name, notes, config };
}

/** Width of a class's name in layout pixels. */
const MOST_LABEL = 96;

interface ClassGroup {
  readonly name: string;
  /** Places of its classes. */
  readonly classes: readonly number[];
}

/** Each class by itself; of more than fit, the nine most frequent ones, and the others together. */
function classGroups({ kind, classes = [] }: FigureColumn, shares: readonly number[]): ClassGroup[] {
  const places = shares.map((_, k) => k);
  const isShown = new Set(
    shares.length <= MOST_CLASSES
      ? places
      : places.toSorted((a, b) => shares[b]! - shares[a]!).slice(0, MOST_CLASSES - 1),
  );
  const others = places.filter((k) => !isShown.has(k));
  const nameOf = (k: number) => classes[k] ?? (kind === 'bit' ? `${k}` : `class ${k}`);
  return [
    ...places.filter((k) => isShown.has(k)).map((k) => ({ name: nameOf(k), classes: [k] })),
    ...(others.length > 0 ? [{ name: `${others.length} others`, classes: others }] : []),
  ];
}

/** The share of missing entries, by series where there are several; none where nothing is missing. */
export function missingNotes(entries: readonly Entries[], series: readonly ColumnSeries[]): string[] {
  const parts = entries.flatMap(({ missing, rows }, i) =>
    missing === 0 || series[i]!.isPart
      ? []
      : [series.length === 1 ? percent(missing, rows) : `${series[i]!.label} ${percent(missing, rows)}`],
  );
  return parts.length === 0 ? [] : [`missing: ${parts.join(', ')}`];
}
