// The data elements of MATLAB's level 5 files, and the header of an array.
// Format: MathWorks, "MAT-File Format", chapter "Level 5 MAT-File Format"
import { damaged, printable } from '../../stored/damage.ts';
import type { ElementType } from '../../stored/element-types.ts';

/** Numbers of the data types that hold other elements. */
export const [MATRIX, COMPRESSED] = [14, 15];

const [INT8, INT32, UINT32, UTF8] = [1, 5, 6, 16];

/** Types of stored numbers, by the number of the data type. */
const storedTypes: Readonly<Record<number, ElementType>> = {
  1: 'i1',
  2: 'u1',
  3: 'i2',
  4: 'u2',
  5: 'i4',
  6: 'u4',
  7: 'f4',
  9: 'f8',
  12: 'i8',
  13: 'u8',
};

/** Types of the numbers of an array, by the number of its class. */
const numericClasses: Readonly<Record<number, ElementType>> = {
  6: 'f8',
  7: 'f4',
  8: 'i1',
  9: 'u1',
  10: 'i2',
  11: 'u2',
  12: 'i4',
  13: 'u4',
  14: 'i8',
  15: 'u8',
};

const otherClasses: Readonly<Record<number, string>> = {
  1: 'a cell array',
  2: 'a struct',
  3: 'an object',
  4: 'a text (char)',
  5: 'a sparse matrix',
  16: 'a function',
  17: 'an object',
};

/** An element in bytes: its type, and the place of its data. */
export interface MatElement {
  readonly type: number;
  readonly from: number;
  readonly length: number;
  /** Where the next element begins, after padding. */
  readonly end: number;
}

/** Bytes in the order of their file. */
export interface MatBytes {
  readonly view: DataView;
  readonly littleEndian: boolean;
  /** The file, for errors. */
  readonly where: string;
}

/** The element at a position; up to 4 bytes of data stand inside the tag. */
export function elementAt({ view, littleEndian, where }: MatBytes, at: number): MatElement {
  if (at + 8 > view.byteLength) throw damaged(where, `an element at byte ${at}`, `an end at byte ${view.byteLength}`);
  const word = view.getUint32(at, littleEndian);
  const small = word >>> 16;
  if (small > 4) throw damaged(where, 'a small element of at most 4 bytes', `${small}`);
  if (small > 0) return { type: word & 0xffff, from: at + 4, length: small, end: at + 8 };
  const length = view.getUint32(at + 4, littleEndian);
  return { type: word, from: at + 8, length, end: at + 8 + 8 * Math.ceil(length / 8) };
}

/** The header of an array. */
export interface MatHeader {
  readonly name: string;
  /** In words, where it is no array of numbers. */
  readonly unreadable?: string;
  readonly numbers?: MatNumbers;
}

/** The place and the type of the numbers of an array. */
export interface MatNumbers {
  readonly shape: readonly number[];
  /** The class of the array, in which MATLAB computes. */
  readonly type: ElementType;
  /** The type that the numbers are stored in, perhaps smaller than that of the class. */
  readonly storedType: ElementType;
  /** From the beginning of the array's element. */
  readonly offset: number;
  readonly length: number;
}

const [LOGICAL, COMPLEX] = [0x02, 0x08];

/** An object of a class that is written in MATLAB: it has no dimensions. */
const OPAQUE = 17;

/** Bytes that hold the header of every array that MATLAB writes: names have 63 letters at most. */
export const longestMatHeader = 4096;

/**
 * Reads the header of an array.
 *
 * @param bytes the element, at least its first {@link longestMatHeader} bytes where it has so many
 */
export function readMatHeader(bytes: MatBytes): MatHeader {
  const { view, littleEndian, where } = bytes;
  const part = (at: number, types: readonly number[], expected: string): MatElement => {
    const element = elementAt(bytes, at);
    const isWhole = element.from + element.length <= view.byteLength;
    if (types.includes(element.type) && isWhole) return element;
    throw damaged(where, `${expected} of an array`, `an element of type ${element.type}, ${element.length} bytes`);
  };
  const whole = elementAt(bytes, 0);
  if (whole.type !== MATRIX) throw damaged(where, 'an array', `an element of type ${whole.type}`);
  const flags = part(8, [UINT32], 'the flags');
  const [word, dimensions] = [view.getUint32(flags.from, littleEndian), dimensionsAt(flags.end)];
  const name = part(dimensions.end, [INT8, UTF8], 'the name');
  const text = new TextDecoder().decode(new Uint8Array(view.buffer, view.byteOffset + name.from, name.length));
  const [matClass, bits] = [word & 0xff, (word >>> 8) & 0xff];
  const type = matClass === 9 && bits & LOGICAL ? 'b1' : numericClasses[matClass];
  if (type === undefined) return { name: text, unreadable: otherClasses[matClass] ?? `of class ${matClass}` };
  if (bits & COMPLEX) return { name: text, unreadable: 'an array of complex numbers' };
  const data = elementAt(bytes, name.end);
  const storedType = storedTypes[data.type];
  if (storedType === undefined) {
    throw damaged(where, `the numbers of ${printable(text)}`, `an element of type ${data.type}`);
  }
  const { shape } = dimensions;
  return { name: text, numbers: { shape, type, storedType, offset: data.from, length: data.length } };

  function dimensionsAt(at: number): { readonly shape: readonly number[]; readonly end: number } {
    if ((view.getUint32(flags.from, littleEndian) & 0xff) === OPAQUE) return { shape: [], end: at };
    const { from, length, end } = part(at, [INT32], 'the dimensions');
    const shape = Array.from({ length: Math.floor(length / 4) }, (_, i) => view.getInt32(from + 4 * i, littleEndian));
    return { shape, end };
  }
}
