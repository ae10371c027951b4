// The second pass over a table: its values as numbers, its mask and its labels.
import { ExpectationError } from '@flowvae/tensor/plain';
import type { ColumnKind } from './column-kind.ts';
import { numberOf } from './field.ts';

/** Columns of the result that one column of the file becomes. */
export interface PlacedColumn {
  /** Its place in the file. */
  readonly place: number;
  readonly name: string;
  /** Its first column in the result. */
  readonly at: number;
  readonly width: number;
  readonly kind: ColumnKind;
}

/** A column of classes by its place in the file. */
export interface ClassColumn {
  readonly place: number;
  readonly name: string;
  readonly classes: readonly string[];
}

export interface TableValues {
  /** [n, D], 0 where nothing was observed */
  readonly values: Float32Array;
  /** [n, D], 1 where a value was observed */
  readonly mask: Uint8Array;
  /** [n] for each column of classes. */
  readonly classes: readonly Int32Array[];
}

/** The rows and columns to write. */
export interface Layout {
  readonly path: string;
  readonly rows: number;
  readonly columns: readonly PlacedColumn[];
  /** Columns that become numbers of classes: the label, and the part. */
  readonly classes: readonly ClassColumn[];
  readonly missing: ReadonlySet<string>;
}

/** A table of 2³¹ numbers takes 10 GiB. */
const MOST_NUMBERS = 2 ** 31;

/**
 * Takes the rows one after the other.
 *
 * @throws ExpectationError, also by its functions, where the table is too large or differs from the first pass
 */
export function valuesWriter({ path, rows, columns, classes, missing }: Layout) {
  const width = columns.reduce((sum, column) => sum + column.width, 0);
  checkSize(path, rows, width);
  const values = new Float32Array(rows * width);
  const mask = new Uint8Array(rows * width);
  const kept = classes.map((column) => ({ ...column, indices: indexOf(column.classes), values: new Int32Array(rows) }));
  const writers = columns.map((column) => writerOf(column, missing));
  let row = 0;
  return {
    write(fields: readonly string[], line: number): void {
      if (row >= rows) throw changed(path);
      for (const write of writers) write({ fields, line, values, mask, start: row * width });
      for (const { place, name, indices, values } of kept) {
        values[row] = indices.get(fields[place]!) ?? refuseClass(whereIs(name, line), fields[place]!, indices);
      }
      row++;
    },
    finish(): TableValues {
      if (row !== rows) throw changed(path);
      return { values, mask, classes: kept.map((column) => column.values) };
    },
  };

  function whereIs(name: string, line: number): string {
    return `${path}: column "${name}", line ${line}`;
  }

  function writerOf({ place, name, at, kind, width }: PlacedColumn, missing: ReadonlySet<string>): Write {
    if (kind.kind === 'categorical') {
      const classOf = indexOf(kind.classes);
      return ({ fields, line, values, mask, start }) => {
        const field = fields[place]!;
        if (missing.has(field)) return;
        mask.fill(1, start + at, start + at + width);
        values[start + at + (classOf.get(field) ?? refuseClass(whereIs(name, line), field, classOf))] = 1;
      };
    }
    return ({ fields, line, values, mask, start }) => {
      const field = fields[place]!;
      if (missing.has(field)) return;
      mask[start + at] = 1;
      values[start + at] = numberOf(field);
      if (!Number.isFinite(values[start + at])) throw noNumber(whereIs(name, line), field);
    };
  }
}

type Write = (row: {
  readonly fields: readonly string[];
  readonly values: Float32Array;
  readonly mask: Uint8Array;
  /** The line of the file, for errors. */
  readonly line: number;
  /** Where the row begins in both. */
  readonly start: number;
}) => void;

const indexOf = (classes: readonly string[]) => new Map(classes.map((name, index) => [name, index]));

/** With the kinds of another file, a class may be new here. */
function refuseClass(where: string, field: string, indices: ReadonlyMap<string, number>): never {
  const known = [...indices.keys()];
  throw new ExpectationError({
    where,
    expected: `one of the classes ${known.slice(0, MOST_LISTED).join(', ')}${known.length > MOST_LISTED ? ', …' : ''}`,
    received: JSON.stringify(field.slice(0, 60)),
    remedy: 'classes are those of the first file, or of the file of training',
  });
}

const MOST_LISTED = 12;

const noNumber = (where: string, field: string) =>
  new ExpectationError({
    where,
    expected: 'a number below 3.4e38, as in the first file, or the file of training',
    received: JSON.stringify(field.slice(0, 60)),
  });

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
