// Several charts on one sheet, e.g. a bound on top and its terms below, with plot areas that line up.
import { ExpectationError } from '@flowvae/tensor';
import type { FileOptions } from '../pages/formats.ts';
import { lineDrawing } from './chart-config.ts';
import { chartSize, naturalYAxisWidth } from './chart-drawing.ts';
import { checkChart, type LineChartOptions } from './chart-options.ts';
import { drawSheet, type PlacedChart, type Sheet } from './chart-sheet.ts';

/** How charts are laid out on a sheet. */
export interface PanelsOptions extends FileOptions {
  /** Charts beside each other; default 1, which stacks them. */
  readonly columns?: number;
}

/**
 * Draws charts row by row on one sheet. Charts of one column share the width of their y axes, so that equal x stand
 * above each other.
 *
 * @throws ExpectationError if there is no chart, or one of them cannot be drawn
 */
export function panels(charts: readonly LineChartOptions[], { columns = 1, ...file }: PanelsOptions = {}): Uint8Array {
  checkPanels(charts, columns);
  const { titles = true } = file;
  return drawSheet(layOut(charts, { columns: Math.min(columns, charts.length), titles }), file);
}

function checkPanels(charts: readonly LineChartOptions[], columns: number): void {
  const refuse = (what: string, expected: string, received: string) => {
    throw new ExpectationError({ where: `panels: ${what}`, expected, received });
  };
  if (charts.length === 0) refuse('charts', 'at least one chart', 'none');
  if (!Number.isInteger(columns) || columns < 1) refuse('columns', 'a whole number from 1', `${columns}`);
  charts.forEach((chart, i) => {
    checkChart(`panels: charts[${i}]`, chart);
  });
}

/** Places charts row by row; a row is as high as its highest chart, a column as wide as its widest. */
function layOut(
  charts: readonly LineChartOptions[],
  { columns, titles }: { readonly columns: number; readonly titles: boolean },
): Sheet {
  const rows = Math.ceil(charts.length / columns);
  const inColumn = (column: number) => charts.filter((_, i) => i % columns === column);
  const inRow = (row: number) => charts.slice(row * columns, (row + 1) * columns);
  const widths = Array.from({ length: columns }, (_, c) => Math.max(...inColumn(c).map((o) => chartSize(o).width)));
  const heights = Array.from({ length: rows }, (_, r) => Math.max(...inRow(r).map((o) => chartSize(o).height)));
  const axisWidths = widths.map((_, c) =>
    Math.max(...inColumn(c).map((o) => naturalYAxisWidth(lineDrawing(o), titles))),
  );
  const placed = charts.map((chart, i): PlacedChart => {
    const [column, row] = [i % columns, Math.floor(i / columns)];
    const [x, y] = [sum(widths.slice(0, column)), sum(heights.slice(0, row))];
    return { drawing: lineDrawing(chart), yAxisWidth: axisWidths[column]!, x, y };
  });
  return { charts: placed, width: sum(widths), height: sum(heights) };
}

const sum = (numbers: readonly number[]) => numbers.reduce((a, b) => a + b, 0);
