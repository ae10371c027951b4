// The options of figures of columns: a table's data, its columns and words. Tables that cannot be drawn are refused.
import { ExpectationError } from '@flowvae/tensor';

/** A column of a table, and its columns among the P variables of a row. */
export interface FigureColumn {
  /** With its unit, e.g. `temperature (°C)`. */
  readonly name: string;
  /** `'category'`: one variable for each class, the largest of a row is its class; `'bit'`: from 0.5 on a 1. */
  readonly kind: 'number' | 'category' | 'bit';
  /** Its first variable, from 0. */
  readonly at: number;
  /** Variables: 1, or one for each class. */
  readonly width: number;
  /** Names of a category's classes, or of a bit's 0 and 1; default: their numbers. */
  readonly classes?: readonly string[];
}

/** Rows under one name, e.g. data, or samples of a model. */
export interface ColumnSeries {
  readonly label: string;
  /** [n, P], row-major. A NaN is missing. */
  readonly values: Float32Array;
  /** As many numbers as `values`: 1 observed, 0 missing; default: everything but NaN is observed. */
  readonly mask?: Uint8Array | Float32Array;
  /** Whether entries are left out on purpose, so that no note tells their share. Default false. */
  readonly isPart?: boolean;
}

/** A table to draw: words, the columns to show, and one or more series of rows. */
export interface ColumnFigureOptions {
  readonly title: string;
  /** The shown columns; some of the P variables may belong to none of them. */
  readonly columns: readonly FigureColumn[];
  readonly series: readonly ColumnSeries[];
  /** Variables P of a row. */
  readonly width: number;
}

/** @throws ExpectationError that names the option which cannot be drawn */
export function checkTable(caller: string, { columns, series, width }: ColumnFigureOptions): void {
  if (!Number.isInteger(width) || width < 1) refuse(`${caller}: width`, 'a whole number from 1', `${width}`);
  if (columns.length === 0) refuse(`${caller}: columns`, 'at least one column', 'none');
  if (series.length === 0) refuse(`${caller}: series`, 'at least one series', 'none');
  for (const column of columns) checkColumn(`${caller}: column "${column.name}"`, column, width);
  for (const each of series) checkSeries(`${caller}: series "${each.label}"`, each, width);
}

function checkColumn(where: string, { kind, at, width, classes = [] }: FigureColumn, variables: number): void {
  if (!(Number.isInteger(at) && Number.isInteger(width) && at >= 0 && width >= 1 && at + width <= variables)) {
    refuse(where, `variables among 0 … ${variables - 1}`, `${width} from ${at} on`);
  }
  if (kind !== 'category' && width !== 1) refuse(where, `1 variable for a ${kind}`, `${width}`);
  const needed = { number: 0, bit: 2, category: width }[kind];
  if (classes.length > 0 && classes.length !== needed && kind !== 'number') {
    refuse(where, `none or ${needed} names of classes`, `${classes.length}`);
  }
}

function checkSeries(where: string, { values, mask }: ColumnSeries, width: number): void {
  if (values.length === 0 || values.length % width !== 0) {
    refuse(where, `one or more rows of ${width} values`, `${values.length} values`);
  }
  if (!mask) return;
  if (mask.length !== values.length) refuse(where, `a mask of ${values.length} numbers`, `${mask.length}`);
  const bad = mask.findIndex((value) => value !== 0 && value !== 1);
  if (bad >= 0) refuse(`${where}: mask[${bad}]`, '0 (missing) or 1 (observed)', `${mask[bad]}`);
}

export function refuse(where: string, expected: string, received: string, remedy?: string): never {
  throw new ExpectationError({ where, expected, received, ...(remedy ? { remedy } : {}) });
}
