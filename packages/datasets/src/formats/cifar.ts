// CIFAR-10 and CIFAR-100 in their binary form: a record is one or two label bytes, then 32 x 32 red, green and blue
// bytes. Format: https://www.cs.toronto.edu/~kriz/cifar.html, section "Binary version"
import { existsSync, readFileSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { ExpectationError } from '@flowvae/tensor/plain';
import { type ByteSource, bytesInMemory, bytesOfFile } from '../stored/byte-source.ts';
import { damaged, printable } from '../stored/damage.ts';
import { arrayOfRows, type StoredArray, storedArray } from '../stored/stored-array.ts';
import { concatenated, reordered } from '../stored/views.ts';
import { type NamedArrays, type OpenArraysOptions, openFields } from './named-arrays.ts';

const [SIDE, CHANNELS] = [32, 3];
const PIXELS = SIDE * SIDE;

/** The labels of a record, in their order, and the number of classes of each. */
type Labels = Readonly<Record<string, number>>;

const kinds: Readonly<Record<'CIFAR-10' | 'CIFAR-100', Labels>> = {
  'CIFAR-10': { y: 10 },
  'CIFAR-100': { coarse: 20, y: 100 },
};

type Kind = keyof typeof kinds;

const recordBytes = (kind: Kind) => Object.keys(kinds[kind]).length + PIXELS * CHANNELS;

/** The files of each part, as the archives have them. */
const folders: Readonly<Record<Kind, Readonly<Record<'train' | 'test', readonly string[]>>>> = {
  'CIFAR-10': { train: [1, 2, 3, 4, 5].map((batch) => `data_batch_${batch}.bin`), test: ['test_batch.bin'] },
  'CIFAR-100': { train: ['train.bin'], test: ['test.bin'] },
};

/** Which of the two a file is by its length and name; undefined where it is neither. */
export function cifarKind(source: ByteSource): Kind | undefined {
  if (source.length === 0 || !/\.bin$/.test(source.where)) return undefined;
  const fitting = (Object.keys(kinds) as Kind[]).filter((kind) => source.length % recordBytes(kind) === 0);
  const isOf = (kind: Kind) => Object.values(folders[kind]).flat().includes(basename(source.where));
  return fitting.length > 1 ? fitting.find(isOf) : fitting[0];
}

/**
 * The images [n, 32, 32, 3] of a file as `x`, their classes as `y`; of CIFAR-100 the 20 groups of classes as `coarse`.
 *
 * @throws ExpectationError where the length of the file fits neither, or a label is none
 */
export function readCifar(source: ByteSource, options: OpenArraysOptions = {}): NamedArrays {
  const { where, length } = source;
  const kind = cifarKind(source);
  if (kind === undefined) {
    const lengths = Object.entries(kinds).map(([name]) => `${recordBytes(name as Kind)} (${name})`);
    throw new ExpectationError({
      where,
      expected: `a .bin file of whole records of ${lengths.join(' or ')} bytes`,
      received: `${length} bytes`,
      remedy: 'take the binary version of the data set',
    });
  }
  const arrays = recordsOf(source, kind);
  const fields = Object.entries(arrays).map(([name, array]) => ({ name, open: () => array }));
  return openFields(where, fields, options);
}

function kindOfFolder(folder: string): Kind | undefined {
  const isThere = (name: string) => existsSync(join(folder, name));
  return (Object.keys(folders) as Kind[]).find((each) => Object.values(folders[each]).flat().some(isThere));
}

/** Whether a folder holds such files. */
export const isCifarFolder = (folder: string): boolean => kindOfFolder(folder) !== undefined;

/**
 * The arrays of a folder with the files of a whole data set: `x_train`, `y_train`, `x_test`, `y_test` and so on, the
 * five batches of CIFAR-10 as one.
 *
 * @returns undefined where the folder holds none of them
 * @throws ExpectationError where a file is missing or damaged
 */
export function readCifarFolder(
  folder: string,
  options: OpenArraysOptions = {},
): (NamedArrays & { close(): void }) | undefined {
  const kind = kindOfFolder(folder);
  if (kind === undefined) return undefined;
  const opened: ByteSource[] = [];
  const close = () => {
    for (const source of opened) source.close();
  };
  const openFile = (name: string) => {
    const source = bytesOfFile(join(folder, name));
    opened.push(source);
    return recordsOf(source, kind);
  };
  try {
    const fields = Object.entries(folders[kind]).flatMap(([part, names]) => {
      const files = names.map(openFile);
      return Object.keys(files[0]!).map((field) => {
        const array = concatenated(
          files.map((arrays) => arrays[field]!),
          `${folder}: ${field}_${part}`,
        );
        return { name: `${field}_${part}`, open: () => array };
      });
    });
    const { arrays, notes } = openFields(folder, fields, options);
    return { arrays, notes: [...notes, ...classNotes(folder)], close };
  } catch (error) {
    close();
    throw error;
  }
}

function recordsOf(source: ByteSource, kind: Kind): Record<string, StoredArray> {
  const bytes = recordBytes(kind);
  const { where, length } = source;
  if (length === 0 || length % bytes !== 0) {
    throw new ExpectationError({ where, expected: `whole records of ${bytes} bytes (${kind})`, received: `${length}` });
  }
  const records = { source, bytes, count: length / bytes };
  const labels = Object.entries(kinds[kind]);
  return {
    x: imagesOf(records, labels.length),
    ...Object.fromEntries(labels.map(([name, classes], at) => [name, labelsOf(records, { name, at, classes })])),
  };
}

interface Records {
  readonly source: ByteSource;
  readonly bytes: number;
  readonly count: number;
}

const u1 = { type: 'u1', littleEndian: true } as const;

/** For each number of a row [y, x, channel], its place among three planes. */
const fromPlanes = Uint32Array.from(
  { length: PIXELS * CHANNELS },
  (_, i) => (i % CHANNELS) * PIXELS + Math.floor(i / CHANNELS),
);

function imagesOf({ source, bytes, count }: Records, labels: number): StoredArray {
  const width = bytes - labels;
  const planes = arrayOfRows({
    where: source.where,
    shape: [count, width],
    encoding: u1,
    bytesAt(from, to) {
      const records = source.read(from * bytes, to * bytes);
      const rows = new Uint8Array((to - from) * width);
      for (let row = 0; row < to - from; row++) {
        rows.set(records.subarray(row * bytes + labels, (row + 1) * bytes), row * width);
      }
      return rows;
    },
  });
  return reordered(planes, [SIDE, SIDE, CHANNELS], fromPlanes);
}

interface Label {
  readonly name: string;
  readonly at: number;
  readonly classes: number;
}

/** Records that are read at once for their labels. */
const PIECE = 256;

/** A label of every record. All are read and checked at once: nothing else tells whether a file is CIFAR. */
function labelsOf({ source, bytes, count }: Records, { name, at, classes }: Label): StoredArray {
  const where = `${source.where}: ${name}`;
  const labels = new Uint8Array(count);
  for (let first = 0; first < count; first += PIECE) {
    const end = Math.min(first + PIECE, count);
    const records = source.read(first * bytes, end * bytes);
    for (let record = first; record < end; record++) labels[record] = records[(record - first) * bytes + at]!;
  }
  const wrong = labels.findIndex((label) => label >= classes);
  if (wrong < 0) return storedArray(bytesInMemory(labels, where), { shape: [count], offset: 0, ...u1 });
  throw damaged(where, `labels from 0 to ${classes - 1}`, `${labels[wrong]} in record ${wrong}`);
}

/** The names of the classes, where the archive's list of them is there. */
function classNotes(folder: string): string[] {
  const file = ['batches.meta.txt', 'fine_label_names.txt'].map((name) => join(folder, name)).find(isSmallFile);
  if (!file) return [];
  const names = readFileSync(file, 'utf8').split(/\s+/).filter(Boolean);
  return [`classes in order: ${names.map(printable).join(', ')}`];
}

const isSmallFile = (path: string) => existsSync(path) && statSync(path).isFile() && statSync(path).size < 2 ** 16;
