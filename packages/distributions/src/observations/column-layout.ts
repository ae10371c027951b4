// The columns of a table by their kinds.
import { ExpectationError } from '@flowvae/tensor/plain';

/** The kind of a column. */
export type ColumnKind = 'number' | 'category' | 'bit';

/** A column of a table; a category of K classes takes K one-hot columns of the data, the other kinds one. */
export interface Column {
  readonly kind: ColumnKind;
  /** The first of its columns in the data. */
  readonly at: number;
  readonly width: number;
}

/** All columns, one after the other from 0. */
export type ColumnLayout = readonly Column[];

/** Number of columns in the data. */
export const layoutWidth = (layout: ColumnLayout): number => layout.reduce((sum, { width }) => sum + width, 0);

/**
 * Refuses a layout with gaps, overlaps or wrong widths.
 *
 * @throws ExpectationError
 */
export function checkLayout(layout: ColumnLayout): void {
  if (layout.length === 0) throw refusal('layout', 'at least one column', 'none');
  let next = 0;
  for (const [i, { kind, at, width }] of layout.entries()) {
    if (at !== next) throw refusal(`column ${i}`, `at ${next}, where the column before it ends`, `at ${at}`);
    const isWide = kind === 'category' && Number.isInteger(width) && width >= 1;
    if (!isWide && width !== 1) {
      const expected = kind === 'category' ? 'a width of at least 1, the number of its classes' : 'width 1';
      throw refusal(`column ${i}, a ${kind}`, expected, `${width}`);
    }
    next += width;
  }
}

const refusal = (place: string, expected: string, received: string) =>
  new ExpectationError({ where: `columns: ${place}`, expected, received });

/** Neighbouring columns that one distribution describes: numbers, bits, or one category. */
export type ColumnRun = Column;

/**
 * The runs of a layout.
 *
 * @throws ExpectationError if the layout does not cover the width
 */
export function columnRuns(layout: ColumnLayout, width: number): readonly ColumnRun[] {
  checkLayout(layout);
  if (layoutWidth(layout) !== width) throw refusal('layout', `${width} columns`, `${layoutWidth(layout)}`);
  const runs: ColumnRun[] = [];
  for (const column of layout) {
    const last = runs.at(-1);
    if (last?.kind === column.kind && column.kind !== 'category') {
      runs[runs.length - 1] = { ...last, width: last.width + column.width };
    } else runs.push(column);
  }
  return runs;
}
