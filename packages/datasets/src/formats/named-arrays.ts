// The result of every reader: arrays by name, and notes about them.
import { didYouMean, ExpectationError } from '@flowvae/tensor/plain';
import { printable } from '../stored/damage.ts';
import type { StoredArray } from '../stored/stored-array.ts';

/** The arrays of a file. */
export interface NamedArrays {
  /** Arrays by their names in the file; a file of one array without a name calls it `data`. */
  readonly arrays: Readonly<Record<string, StoredArray>>;
  /** Sentences about everything that was left out, undone or assumed. */
  readonly notes: readonly string[];
  /** Whether images were turned to 1 − x, as the option `invert` asks for known data sets. Default: not. */
  readonly isInverted?: boolean;
}

/** Options of `openArrays`: which arrays of a file are read, and how. */
export interface OpenArraysOptions {
  /** Names of the arrays to read. Default: all that can be read; the others are named in `notes`. */
  readonly members?: readonly string[];
  /** Whether images of known data sets of 0 and 1 are turned to 1 − x. Default false. */
  readonly invert?: boolean;
}

/** A field of a file: an array, or a kind of thing that holds no numbers that can be read. */
export type Field = Named & (Readable | Unreadable);

interface Named {
  readonly name: string;
}

interface Readable {
  /** @throws ExpectationError where the field is damaged */
  open(): StoredArray;
}

interface Unreadable {
  /** Its kind, such as `an array of Python objects`. */
  readonly unreadable: string;
}

const isReadable = (field: Field): field is Named & Readable => 'open' in field;
const isUnreadable = (field: Field): field is Named & Unreadable => 'unreadable' in field;

/**
 * Opens the fields that were asked for.
 *
 * @throws ExpectationError where a name is not there or its field cannot be read, or where nothing is left
 */
export function openFields(
  where: string,
  fields: readonly Field[],
  { members }: Pick<OpenArraysOptions, 'members'>,
): NamedArrays {
  const names = fields.map(({ name }) => name);
  const repeated = names.find((name, i) => names.indexOf(name) !== i);
  if (repeated !== undefined) {
    throw new ExpectationError({
      where,
      expected: 'arrays of different names',
      received: `two called "${printable(repeated)}"`,
    });
  }
  const chosen = members?.map((name) => fields.find((field) => field.name === name) ?? refuseName(where, name, names));
  for (const { name, unreadable } of chosen?.filter(isUnreadable) ?? []) {
    throw notNumbers(`${where}: ${printable(name)}`, unreadable);
  }
  const readable = (chosen ?? fields).filter(isReadable);
  const others = fields.filter(isUnreadable);
  if (readable.length === 0) {
    const kinds = others.map(({ name, unreadable }) => `${printable(name)}, ${unreadable}`).join('; ');
    throw notNumbers(where, kinds || 'no array at all');
  }
  return {
    arrays: Object.fromEntries(readable.map((field) => [field.name, field.open()])),
    notes: chosen ? [] : others.map(({ name, unreadable }) => `${printable(name)} is ${unreadable}, and left out`),
  };
}

function refuseName(where: string, name: string, names: readonly string[]): never {
  const hint = didYouMean(name, names);
  throw new ExpectationError({
    where,
    expected: names.length > 0 ? `one of the names ${shortList(names)}` : 'an array',
    received: names.length > 0 ? `"${name}"` : 'none',
    ...(hint && { remedy: hint }),
  });
}

const MOST_NAMES = 20;

const shortList = (names: readonly string[]) =>
  names.slice(0, MOST_NAMES).map(printable).join(', ') + (names.length > MOST_NAMES ? `, … (${names.length})` : '');

const notNumbers = (where: string, received: string) =>
  new ExpectationError({
    where,
    expected: 'an array of numbers',
    received,
    remedy: 'convert it to numbers where it is written, or choose other arrays',
  });
