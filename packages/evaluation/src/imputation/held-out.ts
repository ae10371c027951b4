// Observed entries that are hidden from the model, so that their imputation can be compared with their values.
import { drawUniform, type Key } from '@flowvae/random';
import { checkCount, ExpectationError } from '@flowvae/tensor';

/** Some successive columns of the data, of one kind. */
export interface ImputedColumns {
  /** A name for reports. */
  readonly name?: string;
  readonly kind: 'number' | 'category' | 'bit';
  /** The first column. */
  readonly at: number;
  /** One category has one column for each class (one-hot). Of numbers or bits, each column is an entry by itself. */
  readonly width: number;
}

/** One entry: a number, a bit, or the one-hot columns of a category. */
export interface Entry {
  readonly kind: ImputedColumns['kind'];
  readonly at: number;
  readonly width: number;
  /** The place of its columns among all {@link ImputedColumns}. */
  readonly place: number;
}

/** All entries of a row. */
export const entriesOf = (columns: readonly ImputedColumns[]): Entry[] =>
  columns.flatMap(({ kind, at, width }, place): Entry[] =>
    kind === 'category'
      ? [{ kind, at, width, place }]
      : Array.from({ length: width }, (_, i) => ({ kind, at: at + i, width: 1, place })),
  );

/** Where to hide entries. */
export interface HeldOutOptions {
  readonly entries: readonly Entry[];
  /** The probability with which an observed entry is hidden. */
  readonly fraction: number;
  /** Width P of x, where covariates follow the mask. Default: half of the row. */
  readonly width?: number | undefined;
  /** A key for this row alone. */
  readonly key: Key;
}

/**
 * The entries of a row [x, m] to hide: each observed one with the given probability, independently; but if nothing
 * observed remained, one of them, chosen with equal probabilities, stays. A category counts as observed if all its
 * columns are.
 */
export function heldOut(row: Float32Array, options: HeldOutOptions): Entry[] {
  const { entries, fraction, width: pixels = row.length / 2, key } = options;
  const mask = row.subarray(pixels, 2 * pixels);
  const uniforms = drawUniform(key, entries.length + 1);
  const isObserved = ({ at, width }: Entry) => mask.subarray(at, at + width).every((m) => m === 1);
  const chosen = entries.filter((entry, e) => uniforms[e]! < fraction && isObserved(entry));
  const observed = mask.reduce((sum, m) => sum + m, 0);
  const hidden = chosen.reduce((sum, { width }) => sum + width, 0);
  if (hidden === observed) chosen.splice(Math.floor(uniforms.at(-1)! * chosen.length), 1);
  return chosen;
}

/** The row [x, m], with x of a width, without some entries, in a new array. */
export function withoutEntries(row: Float32Array, entries: readonly Entry[], pixels = row.length / 2): Float32Array {
  const rest = row.slice();
  for (const { at, width } of entries) {
    rest.fill(0, at, at + width);
    rest.fill(0, pixels + at, pixels + at + width);
  }
  return rest;
}

/** @throws ExpectationError for columns beyond P, for columns of two descriptions, and for a share not in (0, 1) */
export function checkHeldOut(
  where: string,
  { columns, fraction, width }: { columns: readonly ImputedColumns[]; fraction: number; width: number },
): void {
  if (!(fraction > 0 && fraction < 1)) {
    throw new ExpectationError({
      where: `${where}: fraction`,
      expected: 'a share between 0 and 1',
      received: String(fraction),
    });
  }
  const owner = new Map<number, number>();
  for (const [place, { at, width: own }] of columns.entries()) {
    checkCount(`${where}: columns[${place}].width`, own);
    for (let column = at; column < at + own; column++) {
      if (!(Number.isInteger(column) && column >= 0 && column < width)) {
        const expected = `columns from 0 to ${width - 1}`;
        throw new ExpectationError({ where: `${where}: columns[${place}]`, expected, received: `column ${column}` });
      }
      if (owner.has(column)) {
        throw new ExpectationError({
          where: `${where}: columns[${place}]`,
          expected: 'columns that no other description has',
          received: `column ${column}, which columns[${owner.get(column)}] has too`,
        });
      }
      owner.set(column, place);
    }
  }
}
