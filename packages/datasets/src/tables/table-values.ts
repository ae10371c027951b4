// The second pass over a table: its values as numbers, its mask and its labels.
import { ExpectationError } from '@flowvae/tensor/plain';
import type { ColumnKind } from './column-kind.ts';
import { numberOf } from './field.ts';

/** Columns of the result that one column of the file becomes. */
export interface PlacedColumn {
  /** Its place in the file. */
  readonly place: number;
  /** Its first column in the result. */
  readonly at: number;
  readonly width: number;
  readonly kind: ColumnKind;
}

export interface TableValues {
  /** [n, D], 0 where nothing was observed */
  readonly values: Float32Array;
  /** [n, D], 1 where a value was observed */
  readonly mask: Uint8Array;
  /** [n] */
  readonly labels: Int32Array;
}

/** The rows and columns to write. */
export interface Layout {
  readonly path: string;
  readonly rows: number;
  readonly columns: readonly PlacedColumn[];
  /** The place in the file of the label's column, and its classes. */
  readonly label: { readonly place: number; readonly classes: readonly string[] } | undefined;
  readonly missing: ReadonlySet<string>;
}

/** A table of 2³¹ numbers takes 10 GiB. */
const MOST_NUMBERS = 2 ** 31;

/**
 * Takes the rows one after the other.
 *
 * @throws ExpectationError, also by its functions, where the table is too large or differs from the first pass
 */
export function valuesWriter({ path, rows, columns, label, missing }: Layout) {
  const width = columns.reduce((sum, column) => sum + column.width, 0);
  checkSize(path, rows, width);
  const values = new Float32Array(rows * width);
  const mask = new Uint8Array(rows * width);
  const labels = new Int32Array(label ? rows : 0);
  const classOf = label && indexOf(label.classes);
  const writers = columns.map((column) => writerOf(column, missing));
  let row = 0;
  return {
    write(fields: readonly string[]): void {
      if (row >= rows) throw changed(path);
      for (const write of writers) write({ fields, values, mask, start: row * width });
      if (label && classOf) labels[row] = found(path, classOf.get(fields[label.place]!));
      row++;
    },
    finish(): TableValues {
      if (row !== rows) throw changed(path);
      return { values, mask, labels };
    },
  };

  function writerOf({ place, at, kind, width }: PlacedColumn, missing: ReadonlySet<string>): Write {
    if (kind.kind === 'categorical') {
      const classOf = indexOf(kind.classes);
      return ({ fields, values, mask, start }) => {
        const field = fields[place]!;
        if (missing.has(field)) return;
        mask.fill(1, start + at, start + at + width);
        values[start + at + found(path, classOf.get(field))] = 1;
      };
    }
    return ({ fields, values, mask, start }) => {
      const field = fields[place]!;
      if (missing.has(field)) return;
      mask[start + at] = 1;
      values[start + at] = numberOf(field);
    };
  }
}

type Write = (row: {
  readonly fields: readonly string[];
  readonly values: Float32Array;
  readonly mask: Uint8Array;
  /** Where the row begins in both. */
  readonly start: number;
}) => void;

const indexOf = (classes: readonly string[]) => new Map(classes.map((name, index) => [name, index]));

function found(path: string, index: number | undefined): number {
  if (index === undefined) throw changed(path);
  return index;
}

function checkSize(path: string, rows: number, width: number): void {
  if (rows * width <= MOST_NUMBERS) return;
  throw new ExpectationError({
    where: path,
    expected: `at most ${MOST_NUMBERS} numbers`,
    received: `${rows} rows of ${width}`,
    remedy: 'leave columns out by `leaveOut`',
  });
}

const changed = (where: string) =>
  new ExpectationError({
    where,
    expected: 'the same file twice',
    received: 'another one: it changed while it was read',
  });
