// The observed entries of one column in one series: numbers, or counts of classes.
import type { ColumnSeries, FigureColumn } from './column-options.ts';

/** Counts of entries of one column. */
export interface Entries {
  readonly rows: number;
  readonly missing: number;
}

/** Numbers of a column by row, NaN where one is missing. */
export interface ObservedNumbers extends Entries {
  /** [n]. */
  readonly byRow: Float32Array;
  /** The observed and finite ones, rising. */
  readonly sorted: Float64Array;
}

/** Counts of a column's classes. */
export interface ObservedClasses extends Entries {
  readonly counts: readonly number[];
}

/** The value of a variable in a row, NaN where it is missing. */
const entry = ({ values, mask }: ColumnSeries, at: number) => (mask?.[at] === 0 ? Number.NaN : values[at]!);

/** The numbers of a column; `variables` are those of a row. */
export function observedNumbers(series: ColumnSeries, { at }: FigureColumn, variables: number): ObservedNumbers {
  const rows = series.values.length / variables;
  const byRow = Float32Array.from({ length: rows }, (_, row) => entry(series, row * variables + at));
  const missing = byRow.reduce((sum, value) => sum + Number(Number.isNaN(value)), 0);
  return { rows, missing, byRow, sorted: Float64Array.from(byRow.filter(Number.isFinite)).sort() };
}

/** The classes of a category's or a bit's entries; a category with one missing variable is missing. */
export function observedClasses(series: ColumnSeries, column: FigureColumn, variables: number): ObservedClasses {
  const rows = series.values.length / variables;
  const counts = new Array<number>(column.kind === 'bit' ? 2 : column.width).fill(0);
  let missing = 0;
  for (let row = 0; row < rows; row++) {
    const first = row * variables + column.at;
    const own = Array.from({ length: column.width }, (_, i) => entry(series, first + i));
    if (own.some(Number.isNaN)) missing++;
    else counts[column.kind === 'bit' ? Number(own[0]! >= 0.5) : indexOfLargest(own)]!++;
  }
  return { rows, missing, counts };
}

const indexOfLargest = (values: readonly number[]) => values.reduce((best, v, i) => (v > values[best]! ? i : best), 0);
