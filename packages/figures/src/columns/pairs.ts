// A corner plot: every pair of a few numeric columns, with their histograms on the diagonal.
import { drawSheet, type PlacedChart, type Word } from '../charts/chart-sheet.ts';
import { font, requireFont } from '../font.ts';
import type { FileOptions } from '../pages/formats.ts';
import { ink } from '../palette.ts';
import { wrapped } from '../text.ts';
import { type ColumnFigureOptions, checkTable, type FigureColumn, refuse } from './column-options.ts';
import { missingNotes } from './marginal-panels.ts';
import { type NumberAxis, numberAxis, outsideNote } from './number-axis.ts';
import { observedNumbers } from './observed-values.ts';
import { CELL, CELL_GAP, diagonalCell, MOST_POINTS, numbersWidth, type PairColumn, pointCell } from './pair-cells.ts';
import { margin, nothingObserved, sheetHeading } from './sheet-heading.ts';

const MOST_COLUMNS = 6;

/** Space for the numbers below the cells, in layout pixels. */
const numbersBelow = 22;
const nameFont = font(11);
const [nameLine, nameLines, leastWidth] = [14, 3, 520];

/**
 * Draws two to six numeric columns against each other: below the diagonal the points of every pair, on it the densities
 * of each column. Each cell has at most 1,000 points of a series, evenly taken from its rows. Missing entries are left
 * out; far outliers lie outside the axes (beyond 5 interquartile ranges from the quartiles). Notes count both.
 *
 * @throws ExpectationError if there are fewer than two or more than six columns, one of them is not numeric, or the
 * numbers of values do not fit
 */
export function pairs(options: ColumnFigureOptions, file: FileOptions = {}): Uint8Array {
  check(options);
  requireFont(); // words are measured
  const columns = options.columns.map((column) => pairColumn(column, options));
  const names = columns.map(({ name }) => wrapped(name, { font: nameFont, width: CELL, lines: nameLines }));
  const nameSpace = Math.max(...names.map(({ length }) => length)) * nameLine + 4;
  const numbersLeft = Math.max(...columns.slice(1).map(numbersWidth));
  const left = margin + nameSpace + numbersLeft;
  const across = columns.length * (CELL + CELL_GAP) - CELL_GAP;
  const width = Math.max(leastWidth, left + across + margin);
  const heading = sheetHeading(options, { notes: notesOf(columns, options), width, ...file });
  const at = { left, top: heading.height, numbersLeft };
  const words = [...heading.words, ...axisNames(names, at), ...emptyWords(columns, at)];
  const height = at.top + across + numbersBelow + nameSpace + margin;
  return drawSheet({ width, height, charts: cellsOf(columns, options, at), words, swatches: heading.swatches }, file);
}

function check(options: ColumnFigureOptions): void {
  checkTable('pairs', options);
  const { columns } = options;
  if (columns.length < 2 || columns.length > MOST_COLUMNS) {
    const remedy = columns.length < 2 ? 'draw it by marginals' : 'choose some of them';
    refuse('pairs: columns', `2 to ${MOST_COLUMNS} columns`, `${columns.length}`, remedy);
  }
  const other = columns.find(({ kind }) => kind !== 'number');
  if (other) refuse(`pairs: column "${other.name}"`, 'a number', `a ${other.kind}`, 'draw it by marginals');
}

function pairColumn(column: FigureColumn, { series, width }: ColumnFigureOptions): PairColumn {
  const numbers = series.map((each) => observedNumbers(each, column, width));
  const axis = numberAxis(numbers.map(({ sorted }) => sorted));
  return { name: column.name, numbers, axis, view: widened(axis) };
}

function widened({ from, to, whole }: NumberAxis) {
  const more = 0.03 * (to - from);
  return { from: from - more, to: to + more, whole };
}

function notesOf(columns: readonly PairColumn[], { series }: ColumnFigureOptions): string[] {
  const thinned = series.filter((_, i) => columns[0]!.numbers[i]!.rows > MOST_POINTS).map(({ label }) => label);
  const most = MOST_POINTS.toLocaleString('en-US');
  const ofColumns = columns.flatMap(({ name, numbers, axis }) => {
    const outside = outsideNote(
      numbers.map(({ byRow }) => byRow),
      axis,
    );
    const notes = [...missingNotes(numbers, series), ...(outside === undefined ? [] : [outside])];
    return notes.length === 0 ? [] : [`${name} — ${notes.join('; ')}`];
  });
  return [...(thinned.length === 0 ? [] : [`at most ${most} points in a cell of ${thinned.join(', ')}`]), ...ofColumns];
}

interface Corner {
  readonly left: number;
  /** Space for the numbers left of the cells. */
  readonly numbersLeft: number;
  readonly top: number;
}

/** The upper left corner of a cell's plot. */
const placeOf = (row: number, column: number, { left, top }: Corner) => ({
  x: left + column * (CELL + CELL_GAP),
  y: top + row * (CELL + CELL_GAP),
});

function cellsOf(columns: readonly PairColumn[], { series }: ColumnFigureOptions, corner: Corner): PlacedChart[] {
  return columns.flatMap((up, row) =>
    columns.slice(0, row + 1).map((across, column): PlacedChart => {
      const isDiagonal = row === column;
      const edges = {
        left: column === 0 && !isDiagonal ? corner.numbersLeft : 0,
        bottom: row === columns.length - 1 ? numbersBelow : 0,
      };
      const config = isDiagonal ? diagonalCell(up, series, edges) : pointCell(across, up, series, edges);
      const { x, y } = placeOf(row, column, corner);
      const drawing = { width: edges.left + CELL + CELL_GAP, height: CELL + edges.bottom, config };
      return { drawing, x: x - edges.left - CELL_GAP / 2, y };
    }),
  );
}

/** Names below the lowest cells, and left of the first ones of each row that has points. */
function axisNames(names: readonly (readonly string[])[], corner: Corner): Word[] {
  const last = names.length - 1;
  const style = { font: nameFont, color: ink, align: 'center' } as const;
  return names.flatMap((lines, i) => {
    const below = placeOf(last, i, corner);
    const beside = placeOf(i, 0, corner);
    const firstLine = beside.x - corner.numbersLeft - lines.length * nameLine;
    return lines.flatMap((text, line): Word[] => [
      { ...style, text, x: below.x + CELL / 2, y: below.y + CELL + numbersBelow + (line + 0.5) * nameLine },
      ...(i === 0
        ? []
        : [{ ...style, text, x: firstLine + (line + 0.5) * nameLine, y: beside.y + CELL / 2, upwards: true }]),
    ]);
  });
}

/** Words in the cells on the diagonal of columns without any value. */
function emptyWords(columns: readonly PairColumn[], corner: Corner): Word[] {
  return columns.flatMap(({ numbers }, i) => {
    if (numbers.some(({ sorted }) => sorted.length > 0)) return [];
    const { x, y } = placeOf(i, i, corner);
    return [nothingObserved({ x: x + CELL / 2, y: y + CELL / 2 })];
  });
}
