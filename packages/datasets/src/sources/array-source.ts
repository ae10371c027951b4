import { basename } from 'node:path';
import { didYouMean, ExpectationError } from '@flowvae/tensor/plain';
import { type OpenedArrays, openArrays } from '../formats/open-arrays.ts';
import { type SplitName, splitNames } from '../sets/data-set.ts';
import type { StoredArray } from '../stored/stored-array.ts';
import { inverted, reshaped, widthOf } from '../stored/views.ts';
import { fileChecksum } from './file-checksum.ts';
import { arrayInMemory } from './in-memory.ts';
import { lookAt } from './look.ts';
import type { OpenedPart, OpenedSource, SourceOptions } from './opened-part.ts';
import type { NamedSource } from './source-text.ts';

/** The arrays of one part, by their names in the file. */
interface PartNames {
  readonly role?: SplitName;
  readonly x: string;
  readonly y?: string | undefined;
  readonly mask?: string | undefined;
}

/**
 * Opens a file of arrays, or a folder of CIFAR's files.
 *
 * @throws ExpectationError where the file cannot be read, or its names do not say which array holds the data
 */
export function arraySource(source: NamedSource, options: SourceOptions): OpenedSource {
  const opened = openArrays(source.path, { invert: options.invert ?? false });
  try {
    const named = namedParts(source, opened, options);
    checkNames(source.path, named.length, options);
    const parts = named.map((part) => openedPart(source.path, opened, part, options));
    return {
      name: basename(source.path),
      parts,
      notes: [...opened.notes, ...choiceNotes(opened, named, options)],
      checksum: () => fileChecksum(source.path),
      close: opened.close,
    };
  } catch (error) {
    opened.close();
    throw error;
  }
}

/** Fewer names than parts would leave a part without labels, or observed everywhere. */
function checkNames(where: string, parts: number, options: SourceOptions): void {
  for (const option of ['labels', 'mask'] as const) {
    const count = options[option]?.length ?? parts;
    if (count === parts) continue;
    throw new ExpectationError({
      where: `${where}: ${option}`,
      expected: `${parts} ${parts === 1 ? 'name' : 'names'}, one for each part`,
      received: options[option]?.join(', ') || 'none',
    });
  }
}

/** Names that programs give to data, to labels and to masks, in the order in which they are looked for. */
const usual = {
  x: ['x', 'X', 'data', 'images', 'imgs', 'features', 'arr_0'],
  y: ['y', 'Y', 'labels', 'label', 'targets', 'target'],
  mask: ['mask', 'observed'],
} as const;

function namedParts(
  { path, members }: NamedSource,
  { arrays, parts }: OpenedArrays,
  options: SourceOptions,
): PartNames[] {
  const present = Object.keys(arrays);
  const asked = (option: 'labels' | 'mask', part: number) => options[option]?.[part];
  if (members) {
    return members.map((x, i) => {
      requireArray(path, present, x);
      const known = Object.values(parts ?? {}).find((part) => part.x === x);
      return { x, y: asked('labels', i) ?? known?.y, mask: asked('mask', i) };
    });
  }
  if (parts) {
    const roles = (['train', 'validation', 'test', 'all'] as const).filter((role) => parts[role]);
    return roles.map((role, i) => ({
      ...(role === 'all' ? {} : { role }),
      x: parts[role]!.x,
      y: asked('labels', i) ?? parts[role]!.y,
      mask: asked('mask', i),
    }));
  }
  const { labels = [], mask = [], beside: wanted = [], partColumn } = options;
  const others = new Set([...labels, ...mask, ...wanted, partColumn]);
  const candidates = present.filter((name) => !others.has(name));
  const x = usual.x.find((name) => candidates.includes(name)) ?? onlyOne(path, arrays, candidates);
  const beside = (kind: 'y' | 'mask') =>
    usual[kind].find(
      (name) =>
        name !== x &&
        candidates.includes(name) &&
        countOf(byRows(arrays[name]!, countOf(arrays[x]!))) === countOf(arrays[x]!),
    );
  return [{ x, y: asked('labels', 0) ?? beside('y'), mask: asked('mask', 0) ?? beside('mask') }];
}

const countOf = ({ shape }: StoredArray): number => shape[0]!;

/** The only array with more than a number for each datum, or the only array. */
function onlyOne(path: string, arrays: OpenedArrays['arrays'], names: readonly string[]): string {
  const wide = names.filter((name) => arrays[name]!.shape.length > 1);
  const [first, ...more] = wide.length > 0 ? wide : names;
  if (first !== undefined && more.length === 0) return first;
  const shapes = names.map((name) => `${name} [${arrays[name]!.shape.join(', ')}]`);
  throw new ExpectationError({
    where: path,
    expected: 'one array of data, or the name of it',
    received: shapes.slice(0, 12).join(', ') || 'none',
    remedy: `name the arrays behind a colon, training data first: ${basename(path)}:${names.slice(0, 2).join(',')}; ${lookAt(path)}`,
  });
}

function requireArray(path: string, present: readonly string[], name: string): void {
  if (present.includes(name)) return;
  const remedy = didYouMean(name, present) || lookAt(path);
  const expected = `one of the arrays ${present.slice(0, 20).join(', ')}`;
  throw new ExpectationError({ where: path, expected, received: `"${name}"`, remedy });
}

function openedPart(path: string, opened: OpenedArrays, part: PartNames, options: SourceOptions): OpenedPart {
  const present = Object.keys(opened.arrays);
  const arrayOf = (name: string | undefined): StoredArray | undefined => {
    if (name === undefined) return undefined;
    requireArray(path, present, name);
    return opened.arrays[name];
  };
  const x = arrayOf(part.x)!;
  const mask = arrayOf(part.mask);
  const vectorOf = (name: string | undefined) => {
    const array = arrayOf(name);
    return array && byRows(array, countOf(x));
  };
  const column = vectorOf(options.partColumn);
  const y = vectorOf(part.y);
  const beside = besideOf(part.x, opened, options.beside ?? [], (name) => vectorOf(name)!);
  for (const other of [mask, y, column, ...Object.values(beside)]) if (other) checkCount(other, x);
  return {
    ...(part.role ? { role: part.role } : {}),
    name: part.x,
    x: options.invert && !opened.isInverted ? inverted(x) : x,
    ...(mask ? { mask } : {}),
    ...(y ? { y: widthOf(y) === 1 ? reshaped(y, []) : y } : {}),
    ...(Object.keys(beside).length > 0 ? { beside } : {}),
    ...(column ? { partOf: { values: numbersOf(column), names: splitNames } } : {}),
  };
}

/** Wanted arrays that are there: `age`, or `age_test` beside `x_test`. */
function besideOf(
  x: string,
  { arrays }: OpenedArrays,
  wanted: readonly string[],
  read: (name: string) => StoredArray,
): Readonly<Record<string, StoredArray>> {
  const suffix = /[_-].*$/.exec(x)?.[0] ?? '';
  const found = wanted.flatMap((name) => {
    const own = [`${name}${suffix}`, name].find((each) => each in arrays);
    return own === undefined ? [] : [[name, read(own)] as const];
  });
  return Object.fromEntries(found);
}

/** MATLAB's row vectors [1, n] hold a number for each of n rows. */
function byRows(array: StoredArray, count: number): StoredArray {
  const [rows, columns] = array.shape;
  if (array.shape.length !== 2 || rows !== 1 || columns !== count || count === 1) return array;
  const values = new Float32Array(count);
  array.read(0, 1, values);
  return { ...arrayInMemory(values, [count], array.where), type: array.type };
}

/** One number for each row. */
function numbersOf(array: StoredArray): Float32Array {
  if (widthOf(array) !== 1) {
    const received = `[${array.shape.join(', ')}]`;
    throw new ExpectationError({ where: array.where, expected: 'one number for each row', received });
  }
  const values = new Float32Array(countOf(array));
  array.read(0, values.length, values);
  return values;
}

function checkCount(array: StoredArray, x: StoredArray): void {
  if (countOf(array) === countOf(x)) return;
  const expected = `${countOf(x)} rows, as ${x.where} has`;
  throw new ExpectationError({ where: array.where, expected, received: String(countOf(array)) });
}

function choiceNotes(
  { arrays, isInverted }: OpenedArrays,
  parts: readonly PartNames[],
  { partColumn, invert, beside = [] }: SourceOptions,
): string[] {
  const used = new Set([...parts.flatMap(({ x, y, mask }) => [x, y, mask]), partColumn, ...beside]);
  const idle = Object.keys(arrays).filter((name) => !used.has(name));
  const words = parts.map(({ role, x, y, mask }) => {
    const part = role === undefined ? 'data' : `${role === 'train' ? 'training' : role} data`;
    return `${x} holds the ${part}${y ? `, ${y} its labels` : ''}${mask ? `, ${mask} its mask` : ''}.`;
  });
  return [
    ...(Object.keys(arrays).length > 1 ? words : []),
    ...(invert && !isInverted ? ['Values are inverted, 1 − x.'] : []),
    ...(idle.length > 0 ? [`Not used: ${idle.slice(0, 12).join(', ')}${idle.length > 12 ? ', …' : ''}.`] : []),
  ];
}
