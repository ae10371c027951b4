// The IDX format of the MNIST files: a magic number, the size of each axis (big-endian uint32), then bytes.
// Format: http://yann.lecun.com/exdb/mnist, section "File formats"
import { ExpectationError } from '@flowvae/tensor/plain';

/** The third byte says "unsigned bytes", the fourth is the number of axes. */
const IMAGES_MAGIC = 0x00000803;
const LABELS_MAGIC = 0x00000801;

/** Bytes before the data of an image file, the longer of the two headers. */
export const longestHeader = 16;

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
  return { images: file.subarray(longestHeader), ...imageSizes(file, where, file.length) };
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

/**
 * The length that an IDX file should have by its first bytes, or nothing where they are no IDX header.
 *
 * The sizes are whatever the file claims; nobody may allocate by them.
 */
export function claimedLength(head: Uint8Array): number | undefined {
  if (head.length < 8) return undefined;
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
  const magic = view.getUint32(0);
  const axes = magic & 0xff;
  const header = 4 + 4 * axes;
  if ((magic !== IMAGES_MAGIC && magic !== LABELS_MAGIC) || head.length < header) return undefined;
  let size = 1;
  for (let axis = 0; axis < axes; axis++) size *= view.getUint32(4 + 4 * axis);
  return header + size;
}

/** Checks a header, and the length of its file where that is known, and returns the sizes of the axes. */
function readHeader(file: Uint8Array, where: string, magic: number, found?: number): number[] {
  const axes = magic & 0xff;
  const kind = magic === IMAGES_MAGIC ? 'images' : 'labels';
  const refuse = (expected: string, received: string): never => {
    throw new ExpectationError({ where, expected, received, remedy: 'the file is damaged or of another kind' });
  };
  if (file.length < 4 + 4 * axes) refuse(`an IDX header of ${4 + 4 * axes} bytes`, `a file of ${file.length} bytes`);
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const stated = view.getUint32(0);
  if (stated !== magic) refuse(`IDX ${kind}, magic number ${hex(magic)}`, hex(stated));
  const sizes = Array.from({ length: axes }, (_, axis) => view.getUint32(4 + 4 * axis));
  if (sizes.includes(0)) refuse(`at least one of the ${kind}`, `sizes ${sizes.join(' x ')}`);
  const length = claimedLength(file)!;
  if (length !== (found ?? length)) refuse(`${length} bytes for sizes ${sizes.join(' x ')}`, `${found} bytes`);
  return sizes;
}

const hex = (magic: number) => `0x${magic.toString(16).padStart(8, '0')}`;
