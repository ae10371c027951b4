// The IDX format of the MNIST files: a magic number, the size of each axis (big-endian uint32), then the numbers,
// big-endian, row-major. Format: http://yann.lecun.com/exdb/mnist, section "File formats"
import { elementCount } from '@flowvae/tensor/plain';
import { damaged } from '../stored/damage.ts';
import { type ElementType, sizeOf } from '../stored/element-types.ts';
import type { Packing } from '../stored/packed.ts';

/** Types by the third byte of the magic number; the fourth is the number of axes. */
const typeCodes: Readonly<Record<number, ElementType>> = {
  8: 'u1',
  9: 'i1',
  11: 'i2',
  12: 'i4',
  13: 'f4',
  14: 'f8',
};

const MOST_AXES = 4;

/** Bytes before the data at most. */
export const longestHeader = 4 + 4 * MOST_AXES;

/** The facts in an IDX header. */
export interface IdxHeader {
  readonly magic: number;
  readonly type: ElementType;
  readonly sizes: readonly number[];
  /** Position of the first number. */
  readonly offset: number;
}

/** The header that bytes begin with; undefined where they begin with none. */
export function idxHeaderOf(head: Uint8Array): IdxHeader | undefined {
  if (head.length < 4) return undefined;
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
  const magic = view.getUint32(0);
  const [type, axes] = [typeCodes[magic >>> 8], magic & 0xff];
  const offset = 4 + 4 * axes;
  if (type === undefined || axes < 1 || axes > MOST_AXES || head.length < offset) return undefined;
  return { magic, type, sizes: Array.from({ length: axes }, (_, axis) => view.getUint32(4 + 4 * axis)), offset };
}

/**
 * The length that an IDX file should have by its first bytes, or nothing where they are no IDX header.
 *
 * The sizes are whatever the file claims; nobody may allocate by them.
 */
export function claimedLength(head: Uint8Array): number | undefined {
  const header = idxHeaderOf(head);
  return header && header.offset + elementCount(header.sizes) * sizeOf(header.type);
}

/** IDX data in a gzip file. */
export const idxInGzip: Packing = { form: 'gzip', holds: 'IDX data', claimedLength };

/** The third byte says "unsigned bytes", the fourth is the number of axes. */
const IMAGES_MAGIC = 0x00000803;
const LABELS_MAGIC = 0x00000801;

/** Grey images as bytes. */
export interface IdxImages {
  readonly images: Uint8Array;
  readonly count: number;
  readonly height: number;
  readonly width: number;
}

/**
 * The images of an IDX file, as a view of its bytes.
 *
 * @param where the file, for errors
 * @throws ExpectationError where it is another kind of file, its length and its header disagree, or it holds nothing
 */
export function decodeImages(file: Uint8Array, where: string): IdxImages {
  return { images: file.subarray(16), ...imageSizes(file, where, file.length) };
}

/**
 * The sizes that the first bytes of an image file state. Errors as in {@link decodeImages}.
 *
 * @param length of the whole file in bytes; left out where it is not known
 */
export function imageSizes(head: Uint8Array, where: string, length?: number): Omit<IdxImages, 'images'> {
  const [count, height, width] = readHeader(head, where, IMAGES_MAGIC, length) as [number, number, number];
  return { count, height, width };
}

/** The labels of an IDX file, as a view of its bytes. Errors as in {@link decodeImages}. */
export function decodeLabels(file: Uint8Array, where: string): Uint8Array {
  readHeader(file, where, LABELS_MAGIC, file.length);
  return file.subarray(8);
}

/** Checks a header, and the length of its file where that is known, and returns the sizes of the axes. */
function readHeader(file: Uint8Array, where: string, magic: number, found?: number): readonly number[] {
  const needed = 4 + 4 * (magic & 0xff);
  const kind = magic === IMAGES_MAGIC ? 'images' : 'labels';
  if (file.length < needed) throw damaged(where, `an IDX header of ${needed} bytes`, `a file of ${file.length} bytes`);
  const header = idxHeaderOf(file);
  if (header?.magic !== magic) throw damaged(where, `IDX ${kind}, magic number ${hex(magic)}`, beginning(file));
  const { sizes } = header;
  if (sizes.includes(0)) throw damaged(where, `at least one of the ${kind}`, `sizes ${sizes.join(' x ')}`);
  if (found !== undefined) checkIdxLength(where, header, found);
  return sizes;
}

export function checkIdxLength(where: string, { sizes, type, offset }: IdxHeader, found: number): void {
  const length = offset + elementCount(sizes) * sizeOf(type);
  if (length !== found) throw damaged(where, `${length} bytes for sizes ${sizes.join(' x ')}`, `${found} bytes`);
}

export const beginning = (file: Uint8Array) =>
  `0x${[...file.subarray(0, 4)].map((byte) => byte.toString(16).padStart(2, '0')).join('')}`;

const hex = (magic: number) => `0x${magic.toString(16).padStart(8, '0')}`;
