// Which rows are for training, for validation and for the test. The same seed always gives the same rows.
import { drawPermutation, fold, type Key, key } from '@flowvae/random';
import { ExpectationError } from '@flowvae/tensor/plain';
import type { OpenedPart, OpenedSource } from '../sources/opened-part.ts';
import { apportioned } from './apportionment.ts';
import { classGroups } from './class-groups.ts';
import type { SplitName } from './data-set.ts';
import { splitNames } from './data-set.ts';
import { type Fractions, type SplitRule, usualFractions } from './split-rule.ts';
import { splitOfWord } from './split-words.ts';

/** The rows of each split, rising. */
type Division = Readonly<Record<SplitName, Uint32Array>>;

/** Parts of a source, a rule, and the seed of its draws. */
export interface DivisionOptions {
  readonly rule: SplitRule;
  readonly seed: number;
  /** Whether rows for training must be among them. Default true. */
  readonly needsTraining?: boolean;
}

/** A division, and a sentence about it. */
export interface Divided {
  readonly splits: Division;
  /** Whether the test rows were drawn, so that the source itself does not know them. */
  readonly isDrawn: boolean;
  readonly note: string;
}

/** Rows are counted in 32 bits. */
const MOST_ROWS = 2 ** 32 - 1;

/**
 * Divides the rows of a source. It takes 5 bytes for each row, and 8 more while rows are drawn.
 *
 * @throws ExpectationError where a column names no split, or no row is left for training
 */
export function divideRows(source: OpenedSource, { rule, seed, needsTraining = true }: DivisionOptions): Divided {
  const count = source.parts.reduce((sum, { x }) => sum + x.shape[0]!, 0);
  if (count > MOST_ROWS) throw refused(source.name, `at most ${MOST_ROWS} rows`, String(count));
  const root = fold(key(seed), 'splits');
  const { places, note } = dividedBy(source, rule, { count, root });
  const splits = rowsOf(places);
  const isDrawn =
    rule.kind === 'fractions' || (rule.kind === 'auto' && source.parts.every(({ role }) => role !== 'test'));
  if (splits.train.length > 0 || (count > 0 && !needsTraining)) return { splits, isDrawn, note };
  throw refused(source.name, 'rows for training', count > 0 ? `none among ${count}` : 'no rows at all');
}

const refused = (where: string, expected: string, received: string) =>
  new ExpectationError({ where, expected, received });

/** The split of each row, as its place among {@link splitNames}. */
interface PlacedRows {
  readonly places: Uint8Array;
  readonly note: string;
}

const [TRAIN, VALIDATION, TEST] = [0, 1, 2];

interface Drawing {
  readonly count: number;
  readonly root: Key;
}

function dividedBy(source: OpenedSource, rule: SplitRule, drawing: Drawing): PlacedRows {
  const { count, root } = drawing;
  if (rule.kind === 'column') return byColumn(source, rule.name, count);
  if (rule.kind === 'fractions') {
    const groups = rule.isStratified ? classGroups(source) : [allRows(count)];
    const how = rule.isStratified ? 'drawn within each class' : 'drawn';
    return { places: byFractions(groups, rule.fractions, drawing), note: `Splits are ${how} by the seed.` };
  }
  if (source.parts.some(({ role }) => role !== undefined)) return byRole(source, drawing);
  return { places: byFractions([allRows(count)], usualFractions, { count, root }), note: usualNote };
}

const usualNote = `Splits are drawn by the seed: ${usualFractions.join('/')}.`;

function allRows(count: number): Uint32Array {
  const rows = new Uint32Array(count);
  for (let row = 0; row < count; row++) rows[row] = row;
  return rows;
}

/** Validation and test parts that the source does not have are taken from its training part. */
function byRole({ parts, validatesLast = false }: OpenedSource, { count, root }: Drawing): PlacedRows {
  const places = new Uint8Array(count);
  let from = 0;
  for (const { role = 'train', x } of parts) {
    const end = from + x.shape[0]!;
    places.fill(splitNames.indexOf(role), from, end);
    from = end;
  }
  const { train, validation, test } = rowsOf(places);
  if (validation.length > 0 && test.length > 0) return { places, note: 'The source divides its rows itself.' };
  const draw = (fractions: Fractions, note: string): PlacedRows => {
    place([train], fractions, { places, root });
    return { places, note };
  };
  const [share, validating, testing] = usualFractions;
  if (validation.length > 0) {
    return draw([share + validating, 0, testing], 'A tenth of the training rows, drawn by the seed, is for the test.');
  }
  if (test.length === 0) return draw(usualFractions, usualNote);
  const sixth = Math.floor(train.length / 6);
  if (!validatesLast) {
    const note = 'A sixth of the training rows, drawn by the seed, is for validation.';
    return draw([train.length - sixth, sixth, 0], note);
  }
  for (const row of train.subarray(train.length - sixth)) places[row] = VALIDATION;
  return { places, note: 'The last sixth of the training rows is for validation.' };
}

function byFractions(groups: readonly Uint32Array[], fractions: Fractions, { count, root }: Drawing): Uint8Array {
  const places = new Uint8Array(count);
  place(groups, fractions, { places, root });
  return places;
}

/** Draws from each group of rows its numbers of validation and test rows. */
function place(
  groups: readonly Uint32Array[],
  fractions: Fractions,
  { places, root }: { readonly places: Uint8Array; readonly root: Key },
): void {
  const numbers = apportioned(
    groups.map((rows) => rows.length),
    fractions,
  );
  for (const [g, rows] of groups.entries()) {
    const order = drawPermutation(fold(root, 'group', g), rows.length);
    const [, validation, test] = numbers[g]!;
    for (let i = 0; i < rows.length; i++) {
      places[rows[order[i]!]!] = i < validation ? VALIDATION : i < validation + test ? TEST : TRAIN;
    }
  }
}

/** The rows of each split, in their order. */
function rowsOf(places: Uint8Array): Division {
  const counts = [0, 0, 0];
  for (const split of places) counts[split]!++;
  const rows = counts.map((count) => new Uint32Array(count));
  const filled = [0, 0, 0];
  for (let row = 0; row < places.length; row++) {
    const split = places[row]!;
    rows[split]![filled[split]!++] = row;
  }
  return { train: rows[TRAIN]!, validation: rows[VALIDATION]!, test: rows[TEST]! };
}

function byColumn({ name: source, parts }: OpenedSource, column: string, count: number): PlacedRows {
  const places = new Uint8Array(count);
  let from = 0;
  for (const part of parts) {
    placeByColumn(`${source}: ${column}`, part, places.subarray(from, from + part.x.shape[0]!));
    from += part.x.shape[0]!;
  }
  return { places, note: `Splits are those of ${column}.` };
}

/** Words such as `train` and `test`; or the numbers 0, 1 and 2 in the order of the splits. */
function placeByColumn(where: string, { partOf }: OpenedPart, places: Uint8Array): void {
  const { values, names } = partOf ?? { values: [], names: [] };
  const placeOf = names.map(placeOfWord);
  for (let row = 0; row < places.length; row++) {
    const split = placeOf[values[row]!];
    if (split !== undefined) places[row] = split;
    else {
      const expected = 'train, validation or test, or 0, 1 or 2';
      throw refused(`${where}, row ${row}`, expected, names[values[row]!] ?? String(values[row] ?? 'nothing'));
    }
  }
}

function placeOfWord(word: string): number | undefined {
  const named = splitOfWord(word);
  if (named) return splitNames.indexOf(named);
  return /^\s*[012](\.0*)?\s*$/.test(word) ? Number(word) : undefined;
}
