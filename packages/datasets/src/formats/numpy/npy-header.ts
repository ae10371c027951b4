// The header of a .npy file: which numbers follow, in which shape.
// Format: https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
import { elementCount } from '@flowvae/tensor/plain';
import { damaged, printable } from '../../stored/damage.ts';
import { type Encoding, elementTypes, nativeIsLittle, sizeOf } from '../../stored/element-types.ts';
import { type Literal, parseLiteral } from './python-literal.ts';

/** The bytes that every .npy file begins with: `\x93NUMPY`. */
const MAGIC = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59] as const;

/** The facts in a header. */
export interface NpyHeader {
  readonly shape: readonly number[];
  readonly columnMajor: boolean;
  /** Position of the first number. */
  readonly offset: number;
  /** Absent where the elements are no numbers that can be read. */
  readonly encoding?: Encoding;
  /** The elements in words, where there is no encoding. */
  readonly elements: string;
}

/** Bytes that hold every header that is read. NumPy refuses longer ones by default, too (`max_header_size`). */
export const longestNpyHeader = 12 + 10_000;

/**
 * Reads the header of a .npy file of versions 1 to 3.
 *
 * @param head the first bytes of the file, at least {@link longestNpyHeader} where it has so many
 * @throws ExpectationError where it is another kind of file or its header is damaged
 */
export function readNpyHeader(head: Uint8Array, where: string): NpyHeader {
  const { text, offset } = headerText(head, where);
  const refuse = (expected: string, received: string) => damaged(where, expected, received);
  const fields = parseLiteral(text, refuse);
  if (!(fields instanceof Map)) throw refuse('a header that is a Python dictionary', shown(fields));
  const keys = [...fields.keys()].toSorted().join(', ');
  if (keys !== KEYS) throw refuse(`a header with the keys ${KEYS}`, printable(keys) || 'none');
  const [shape, order] = [fields.get('shape'), fields.get('fortran_order')];
  if (!isShape(shape)) throw refuse('a shape, a tuple of whole numbers from 0', shown(shape));
  if (typeof order !== 'boolean') throw refuse('fortran_order to be True or False', shown(order));
  return { shape, columnMajor: order, offset, ...elementsOf(fields.get('descr')!, where) };
}

const KEYS = 'descr, fortran_order, shape';

/** NumPy's own limit of axes, since its version 2. */
const MOST_AXES = 64;

const isShape = (value: Literal | undefined): value is number[] =>
  Array.isArray(value) &&
  value.length <= MOST_AXES &&
  value.every((size) => typeof size === 'number' && Number.isSafeInteger(size) && size >= 0);

/** The length of a .npy file of one array by its header; undefined where its elements are no numbers. */
export const npyLength = ({ shape, offset, encoding }: NpyHeader): number | undefined =>
  encoding && offset + elementCount(shape) * sizeOf(encoding.type);

/** Whether bytes begin as a .npy file does. */
export const isNpy = (head: Uint8Array): boolean => MAGIC.every((byte, i) => head[i] === byte);

function headerText(head: Uint8Array, where: string): { readonly text: string; readonly offset: number } {
  if (!isNpy(head)) throw damaged(where, 'a .npy file, which begins with \\x93NUMPY', 'other bytes');
  const [major = 0, minor = 0] = head.subarray(6);
  if (!(major >= 1 && major <= 3 && minor === 0)) {
    throw damaged(where, '.npy version 1.0, 2.0 or 3.0', `${major}.${minor}`);
  }
  const start = major === 1 ? 10 : 12;
  if (head.length < start) throw damaged(where, `a header of at least ${start} bytes`, `${head.length}`);
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
  const length = major === 1 ? view.getUint16(8, true) : view.getUint32(8, true);
  const most = Math.min(head.length, longestNpyHeader) - start;
  if (length > most) throw damaged(where, `a header of at most ${most} bytes`, `a header length of ${length}`);
  const bytes = head.subarray(start, start + length);
  return { text: Buffer.from(bytes).toString(major === 3 ? 'utf8' : 'latin1'), offset: start + length };
}

/** `<` little-endian, `>` big-endian, `|` no matter, `=` as the machine that reads it; kind; bytes. */
const DESCR = /^([<>|=])([a-zA-Z])(\d*)(.*)$/;

/** The kinds of NumPy's types that hold no plain number. */
const KINDS: Readonly<Record<string, string>> = {
  O: 'Python objects',
  S: 'byte strings',
  a: 'byte strings',
  U: 'strings',
  V: 'raw bytes',
  M: 'dates',
  m: 'durations',
  c: 'complex numbers',
};

function elementsOf(descr: Literal, where: string): Pick<NpyHeader, 'encoding' | 'elements'> {
  if (Array.isArray(descr)) return { elements: 'an array of records (a structured type)' };
  const [, order, kind = '', size = '', rest] = (typeof descr === 'string' && DESCR.exec(descr)) || [];
  if (order === undefined) throw damaged(where, "a descr such as '<f4'", shown(descr));
  const type = elementTypes.find((each) => each === kind + size);
  if (type !== undefined && rest === '') return { elements: type, encoding: { type, littleEndian: isLittle(order) } };
  return {
    elements: `an array of ${KINDS[kind] ?? 'numbers of a type that is not read'} (descr '${printable(String(descr))}')`,
  };
}

/** A type of one byte has no order, whatever sign it carries. */
const isLittle = (order: string): boolean => order === '<' || (order !== '>' && nativeIsLittle);

const shown = (value: Literal | undefined): string => {
  const text = value instanceof Map ? 'a dictionary' : (JSON.stringify(value) ?? 'nothing');
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
};
