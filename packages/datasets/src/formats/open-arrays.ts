// Opens a file of arrays by its content; the name is a hint only.
import { statSync } from 'node:fs';
import { extname } from 'node:path';
import { ExpectationError } from '@flowvae/tensor/plain';
import { type ByteSource, bytesOfFile } from '../stored/byte-source.ts';
import { unpackedLater } from '../stored/packed.ts';
import { isBitText, readAmat } from './amat.ts';
import { cifarKind, readCifar, readCifarFolder } from './cifar.ts';
import { readIdx } from './idx.ts';
import { claimedLength } from './idx-header.ts';
import { type KnownParts, knownParts } from './known-sets.ts';
import { isHdf5, isLevel4, readMat } from './matlab/mat.ts';
import type { NamedArrays, OpenArraysOptions } from './named-arrays.ts';
import { readNpy } from './numpy/npy.ts';
import { isNpy, longestNpyHeader, npyLength, readNpyHeader } from './numpy/npy-header.ts';
import { readNpz } from './numpy/npz.ts';
import { readSafetensors } from './safetensors.ts';

/** The formats that {@link openArrays} knows. */
export type ArrayFormat = 'npy' | 'npz' | 'mat' | 'idx' | 'amat' | 'cifar' | 'safetensors';

/** The arrays of a file. */
export interface OpenedArrays extends NamedArrays {
  /** The format by the file's content. */
  readonly format: ArrayFormat;
  /** Which arrays are data and labels of which part, where the names are those of a known data set. */
  readonly parts?: KnownParts;
  /** Lets the file go; rows that lie on disk cannot be read after it. */
  close(): void;
}

interface Format {
  /** Endings of file names that go with the format; no hint where there are none. */
  readonly endings: readonly string[];
  /** @param head the first bytes of the file */
  recognises(head: Uint8Array, source: ByteSource): boolean;
  read(source: ByteSource, options: OpenArraysOptions): NamedArrays;
}

const startsWith = (head: Uint8Array, text: string): boolean =>
  Buffer.from(head.subarray(0, text.length)).toString('latin1') === text;

/** In the order in which they are tried: those with the longest magic number first. */
const formats: Readonly<Record<ArrayFormat, Format>> = {
  npy: { endings: ['.npy'], recognises: isNpy, read: readNpy },
  npz: {
    endings: ['.npz', '.zip'],
    recognises: (head) => startsWith(head, 'PK\x03\x04') || startsWith(head, 'PK\x05\x06'),
    read: readNpz,
  },
  mat: {
    endings: ['.mat'],
    recognises: (head, { where }) =>
      startsWith(head, 'MATLAB ') || (/\.mat$/i.test(where) && (isHdf5(head) || isLevel4(head))),
    read: readMat,
  },
  safetensors: { endings: ['.safetensors'], recognises: isSafetensors, read: readSafetensors },
  idx: { endings: [], recognises: (head) => claimedLength(head) !== undefined, read: readIdx },
  amat: { endings: ['.amat'], recognises: isBitText, read: readAmat },
  cifar: { endings: ['.bin'], recognises: (_, source) => cifarKind(source) !== undefined, read: readCifar },
};

/** The header's length in 8 bytes, then JSON. */
function isSafetensors(head: Uint8Array, { length }: ByteSource): boolean {
  if (head.length < 9 || head[8] !== 0x7b) return false;
  return Buffer.from(head).readBigUInt64LE(0) <= length;
}

/** Other formats that researchers have, by their first bytes. */
const strangers: readonly (readonly [text: string, name: string, remedy: string])[] = [
  ['\x89HDF', 'an HDF5 file', 'save the arrays with numpy.savez, or in MATLAB with `save -v7`'],
  ['\x80\x02', 'a pickle', 'save the arrays with numpy.save'],
  ['\x80\x03', 'a pickle', 'save the arrays with numpy.save'],
  ['\x80\x04', 'a pickle', 'save the arrays with numpy.save'],
  ['\x80\x05', 'a pickle', 'save the arrays with numpy.save'],
  ['PAR1', 'a Parquet file', 'save the columns as .csv or .npy'],
  ['\x89PNG', 'one PNG picture', 'name a folder of pictures'],
  ['\xff\xd8\xff', 'one JPEG picture', 'name a folder of pictures'],
  ['SIMPLE  =', 'a FITS file', 'save the arrays with numpy.save'],
];

/**
 * Opens the arrays of a file: NumPy's .npy and .npz, MATLAB's .mat of level 5, .safetensors, IDX (also in gzip form,
 * as .npy may be), Larochelle's .amat, CIFAR's .bin, or a folder of CIFAR's files. The content decides, not the name.
 *
 * Nothing is read but headers (of .amat and gzip files, all); rows are read when they are asked for.
 * @param options.members names of arrays to open. Default: all that can be read; `notes` names the others
 * @param options.invert whether Caltech 101 silhouettes become 1 − x. Default false
 * @returns arrays by name (`data` where a file holds one without a name), and in `notes` all that was assumed
 * @throws ExpectationError naming the file and the field where it is of no such format, damaged, or holds no array of
 * numbers of such a name; later where rows are damaged
 * @example const { arrays } = openArrays('mnist.npz', { members: ['x_train'] }); // arrays.x_train.shape is
 * [60000, 28, 28]
 */
export function openArrays(path: string, options: OpenArraysOptions = {}): OpenedArrays {
  if (isFolder(path)) return openFolder(path, options);
  const file = bytesOfFile(path);
  try {
    const source = withoutGzip(file);
    const format = formatOf(source);
    const read = formats[format].read(source, options);
    const close = () => {
      source.close();
      file.close();
    };
    return withParts({ format, ...read, notes: [...hintNotes(path, format), ...read.notes], close });
  } catch (error) {
    file.close();
    throw error;
  }
}

const isFolder = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;

function openFolder(path: string, options: OpenArraysOptions): OpenedArrays {
  const opened = readCifarFolder(path, options);
  if (opened) return withParts({ format: 'cifar', ...opened });
  throw new ExpectationError({
    where: path,
    expected: 'a file of arrays, or a folder with the binary files of CIFAR',
    received: 'a folder without data_batch_1.bin, train.bin and the like',
    remedy: 'name one file, such as data.npz',
  });
}

function withParts(opened: OpenedArrays): OpenedArrays {
  const parts = knownParts(Object.keys(opened.arrays));
  return parts ? { ...opened, parts } : opened;
}

/** IDX and .npy data may be in gzip form; it is unpacked at once. */
function withoutGzip(file: ByteSource): ByteSource {
  if (file.length < 2 || !startsWith(file.read(0, 2), '\x1f\x8b')) return file;
  const { bytes } = unpackedLater(file, {
    form: 'gzip',
    holds: 'IDX or .npy data',
    claimedLength(head) {
      if (!isNpy(head)) return claimedLength(head);
      return npyLength(readNpyHeader(head.subarray(0, longestNpyHeader), file.where));
    },
  });
  return bytes;
}

/** Bytes that tell one format from another. */
const HEAD_BYTES = 512;

function formatOf(source: ByteSource): ArrayFormat {
  const head = source.read(0, Math.min(HEAD_BYTES, source.length));
  const names = Object.keys(formats) as ArrayFormat[];
  const found = names.find((name) => formats[name].recognises(head, source));
  if (found) return found;
  const stranger = strangers.find(([text]) => startsWith(head, text));
  // its reader tells best why a damaged file is refused
  const named = names.find((name) => formats[name].endings.includes(endingOf(source.where)));
  if (named && !stranger && source.length > 0) return named;
  throw new ExpectationError({
    where: source.where,
    expected: `arrays in one of the formats ${names.join(', ')}`,
    received: stranger?.[1] ?? (source.length === 0 ? 'an empty file' : `a file that begins with ${shown(head)}`),
    remedy: stranger?.[2] ?? 'a table is known by its ending: .csv or .tsv',
  });
}

const shown = (head: Uint8Array): string => JSON.stringify(Buffer.from(head.subarray(0, 12)).toString('latin1'));

/** A name that says another format than the content. */
function hintNotes(path: string, format: ArrayFormat): string[] {
  const ending = endingOf(path);
  const named = Object.values(formats).some(({ endings }) => endings.includes(ending));
  if (!named || formats[format].endings.includes(ending)) return [];
  return [`the name ends in ${ending}, the content is ${format}`];
}

const endingOf = (path: string): string => extname(path).toLowerCase();
