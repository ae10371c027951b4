// The columns of a file by name or number: which are values, and which is the label.
import { didYouMean, ExpectationError } from '@flowvae/tensor/plain';

/** A column by its name, or by its place: 0 is the first, −1 the last. */
export type ColumnReference = string | number;

/** Which columns are read. */
export interface ColumnOptions {
  /** Only these. Default: all. */
  readonly columns?: readonly ColumnReference[];
  /** All but these. */
  readonly leaveOut?: readonly ColumnReference[];
  /** The column with the classes of the rows; it is no value. */
  readonly label?: ColumnReference;
  /** The column that divides the rows into parts; it is no value. */
  readonly part?: ColumnReference;
}

export interface ColumnChoice {
  /** Places in the file, in its order. */
  readonly values: readonly number[];
  readonly label: number | undefined;
  readonly part: number | undefined;
}

/**
 * The names of a file's columns: those of its header, `column0`, `column1`, … without one, and `column3` for a fourth
 * whose name is empty.
 *
 * @throws ExpectationError where a name comes twice
 */
export function namesOf(path: string, first: readonly string[], hasHeader: boolean): string[] {
  const names = first.map((field, column) => (hasHeader && field !== '' ? field : `column${column}`));
  const places = new Map(names.map((name, column) => [name, column])); // the last place of each
  const twice = names.find((name, column) => places.get(name) !== column);
  if (twice === undefined) return names;
  throw new ExpectationError({
    where: `${path}: line 1`,
    expected: 'another name for every column',
    received: `${JSON.stringify(twice)} twice`,
    remedy: 'rename one, or say `header: false` where the first line holds values',
  });
}

/** @throws ExpectationError where a column is not there, or no column of values is left */
export function chooseColumns(path: string, names: readonly string[], options: ColumnOptions): ColumnChoice {
  const placesOf = (option: 'columns' | 'leaveOut') =>
    options[option]?.map((reference) => placeOf(`${path}: ${option}`, names, reference));
  const ofClasses = (option: 'label' | 'part') =>
    options[option] === undefined ? undefined : placeOf(`${path}: ${option}`, names, options[option]);
  const [label, part] = [ofClasses('label'), ofClasses('part')];
  const chosen = new Set(placesOf('columns') ?? names.keys());
  const without = new Set([...(placesOf('leaveOut') ?? []), label, part]);
  const values = [...names.keys()].filter((place) => chosen.has(place) && !without.has(place));
  if (values.length > 0) return { values, label, part };
  throw new ExpectationError({ where: path, expected: 'at least one column of values', received: 'none is left' });
}

function placeOf(where: string, names: readonly string[], reference: ColumnReference): number {
  const count = names.length;
  if (typeof reference === 'string') {
    const place = names.indexOf(reference);
    if (place >= 0) return place;
    throw new ExpectationError({
      where,
      expected: `a column of the file: ${listed(names)}`,
      received: JSON.stringify(reference),
      remedy: didYouMean(reference, names),
    });
  }
  const place = reference < 0 ? reference + count : reference;
  if (Number.isInteger(place) && place >= 0 && place < count) return place;
  throw new ExpectationError({
    where,
    expected: `a name, or a whole number from ${-count} to ${count - 1}`,
    received: String(reference),
  });
}

const MOST_LISTED = 12;

const listed = (names: readonly string[]) =>
  names.length <= MOST_LISTED
    ? names.join(', ')
    : `${names.slice(0, MOST_LISTED).join(', ')} and ${names.length - MOST_LISTED} more`;
