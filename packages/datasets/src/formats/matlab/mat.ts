// MATLAB's files of level 5 (`save -v6` and `-v7`): arrays of numbers by name, compressed or not.
import { ExpectationError, elementCount } from '@flowvae/tensor/plain';
import { type ByteSource, section } from '../../stored/byte-source.ts';
import { damaged, printable } from '../../stored/damage.ts';
import { sizeOf } from '../../stored/element-types.ts';
import { unpackedLater } from '../../stored/packed.ts';
import { type StoredArray, storedArray } from '../../stored/stored-array.ts';
import { type Field, type NamedArrays, type OpenArraysOptions, openFields } from '../named-arrays.ts';
import {
  COMPRESSED,
  elementAt,
  longestMatHeader,
  MATRIX,
  type MatBytes,
  type MatNumbers,
  readMatHeader,
} from './mat-element.ts';
import { recipeFor } from './mat-recipes.ts';
import type { MatArray, MatVariable } from './mat-variable.ts';

/** Text, version and byte order. */
const HEADER_BYTES = 128;

/**
 * The arrays of a .mat file by their names, in MATLAB's shape: the first axis is n. Files of OMNIGLOT, Caltech 101
 * silhouettes and Frey's faces are known by their fields, and their images are laid out as [n, height, width].
 *
 * Compressed arrays are unpacked in memory when a row is first asked for, never further than their headers claim.
 * Sparse matrices, texts, cells, structs, objects and complex numbers are left out and named.
 * @throws ExpectationError where the file is damaged or of another level, or an array that was asked for is of a kind
 * that is left out
 */
export function readMat(source: ByteSource, options: OpenArraysOptions = {}): NamedArrays {
  const variables = variablesOf(source, byteOrder(source));
  const arrays = variables.filter((variable): variable is MatArray => 'open' in variable);
  const recipe = recipeFor(arrays);
  const fields = variables.map((variable): Field => {
    if (!('open' in variable)) return variable;
    return { name: variable.name, open: () => recipe?.open(variable, options) ?? variable.open('rows') };
  });
  const opened = openFields(source.where, fields, options);
  if (!recipe) return opened;
  const isInverted = options.invert === true && recipe.inverts === true;
  return { ...opened, notes: [...opened.notes, ...recipe.notes(options)], isInverted };
}

/** Whether the numbers of a file begin with the byte of least weight. */
function byteOrder(source: ByteSource): boolean {
  const { where } = source;
  refuseOtherLevels(source);
  const view = viewOf(source.read(0, Math.min(HEADER_BYTES, source.length)));
  if (view.byteLength < HEADER_BYTES) throw damaged(where, 'a .mat header of 128 bytes', `${view.byteLength}`);
  const order = view.getUint16(126, true); // "MI" in the order of the writer
  if (order !== 0x4d49 && order !== 0x494d) throw damaged(where, 'a byte order, IM or MI', `0x${order.toString(16)}`);
  const littleEndian = order === 0x4d49;
  const version = view.getUint16(124, littleEndian);
  if (version === 0x0200) throw otherLevel(where, 'a file of version 7.3 (HDF5)');
  if (version !== 0x0100) throw damaged(where, '.mat version 0x0100', `0x${version.toString(16)}`);
  return littleEndian;
}

function refuseOtherLevels(source: ByteSource): void {
  const head = source.read(0, Math.min(HEADER_BYTES, source.length));
  if (isHdf5(head)) throw otherLevel(source.where, 'a file of version 7.3 (HDF5)');
  if (isLevel4(head)) throw otherLevel(source.where, 'a file of level 4');
}

const otherLevel = (where: string, received: string) =>
  new ExpectationError({
    where,
    expected: 'a .mat file of level 5',
    received,
    remedy: 'load it in MATLAB or Octave and save it again with `save -v7`',
  });

/** HDF5 files begin so, unless a header of MATLAB's stands before it. */
export const isHdf5 = (head: Uint8Array): boolean => {
  const start = Buffer.from(head.subarray(0, 10)).toString('latin1');
  return start.startsWith('\u0089HDF\r\n') || start === 'MATLAB 7.3';
};

/**
 * A level 4 file begins with four digits MOPT as one number, which are machine (of IEEE), 0, type and kind. Rows,
 * columns, and whether it is complex follow.
 */
export function isLevel4(head: Uint8Array): boolean {
  if (head.length < 20) return false;
  const view = viewOf(head);
  return [true, false].some((littleEndian) => {
    const [mopt, , , isComplex, nameBytes] = [0, 4, 8, 12, 16].map((at) => view.getUint32(at, littleEndian)) as Words;
    const [machine, reserved, type, kind] = [1000, 100, 10, 1].map((unit) => Math.floor(mopt / unit) % 10) as Words;
    const isOrder = machine <= 1 && reserved === 0 && type <= 5 && kind <= 2 && mopt < 2000;
    return isOrder && isComplex <= 1 && nameBytes > 1 && nameBytes <= 64;
  });
}

type Words = [number, number, number, number, number];

function variablesOf(source: ByteSource, littleEndian: boolean): MatVariable[] {
  const variables: MatVariable[] = [];
  const { where, length } = source;
  for (let at = HEADER_BYTES; at < length; ) {
    const tag = { view: viewOf(source.read(at, Math.min(at + 8, length))), littleEndian, where };
    const element = elementAt(tag, 0);
    const [from, to] = [at + element.from, at + element.from + element.length];
    if (to > length)
      throw damaged(where, `an element of ${element.length} bytes at byte ${at}`, `${length - at} bytes`);
    if (element.type === COMPRESSED) {
      variables.push(...compressedVariable(section(source, from, to), littleEndian));
    } else if (element.type === MATRIX) {
      variables.push(...variableIn(section(source, at, to), { littleEndian }));
    } else throw damaged(where, `an array at byte ${at}`, `an element of type ${element.type}`);
    at = element.type === COMPRESSED ? to : at + element.end;
  }
  return variables;
}

function compressedVariable(packed: ByteSource, littleEndian: boolean): MatVariable[] {
  const { where } = packed;
  const { head, bytes } = unpackedLater(packed, {
    form: 'zlib',
    holds: 'an array',
    claimedLength(start) {
      if (start.length < 8) return undefined;
      const { type, from, length } = elementAt({ view: viewOf(start), littleEndian, where }, 0);
      return type === MATRIX ? from + length : undefined;
    },
  });
  return variableIn(bytes, { littleEndian, head });
}

/** The variable of an element; none where it has no name, as MATLAB's own notes about functions and objects have. */
function variableIn(
  element: ByteSource,
  { littleEndian, head }: Pick<MatBytes, 'littleEndian'> & { readonly head?: Uint8Array },
): MatVariable[] {
  const start = (head ?? element.read(0, Math.min(longestMatHeader, element.length))).subarray(0, longestMatHeader);
  const { name, unreadable, numbers } = readMatHeader({ view: viewOf(start), littleEndian, where: element.where });
  if (name === '') return [];
  if (!numbers) return [{ name, unreadable: unreadable ?? 'no array' }];
  const where = `${element.where}: ${printable(name)}`;
  checkLength(where, numbers);
  const open: MatArray['open'] = (order) => arrayOf(element, { ...numbers, littleEndian, where, order });
  return [{ name, shape: numbers.shape, type: numbers.type, open }];
}

function checkLength(where: string, { shape, storedType, length }: MatNumbers): void {
  const bytes = elementCount(shape) * sizeOf(storedType);
  if (shape.length >= 2 && shape.every((size) => size >= 0) && bytes === length) return;
  throw damaged(where, `${bytes} bytes for shape ${JSON.stringify(shape)} of type ${storedType}`, `${length} bytes`);
}

interface Placed extends MatNumbers {
  readonly littleEndian: boolean;
  readonly where: string;
  readonly order: Parameters<MatArray['open']>[0];
}

/** By columns the same bytes are row-major: the last axis is n. */
function arrayOf(element: ByteSource, { shape, storedType, type, order, where, ...place }: Placed): StoredArray {
  const isByRows = order === 'rows';
  const axes = isByRows ? shape : shape.toReversed();
  const stored = storedArray(element, { ...place, shape: axes, type: storedType, columnMajor: isByRows }, where);
  const { readBytes, ...rest } = stored;
  return { ...rest, type, ...(readBytes && (type === 'u1' || type === 'b1') && { readBytes }) };
}

const viewOf = ({ buffer, byteOffset, byteLength }: Uint8Array) => new DataView(buffer, byteOffset, byteLength);
