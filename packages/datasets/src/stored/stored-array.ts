// An array as a file holds it: shape and type are known, rows are read when they are asked for.
import { ExpectationError, elementCount } from '@flowvae/tensor/plain';
import type { ByteSource } from './byte-source.ts';
import { damaged } from './damage.ts';
import { decode, type ElementType, type Encoding, sizeOf } from './element-types.ts';

/** An array of n rows, one for each datum. */
export interface StoredArray {
  /** The file, and the field in it, for errors. */
  readonly where: string;
  /** [n, …]: n rows, then the shape of one. */
  readonly shape: readonly number[];
  readonly type: ElementType;
  /**
   * Rows `from` … `to` − 1, row-major, rounded to float32.
   *
   * @param out (to − from)·(numbers of a row)
   * @throws ExpectationError where there are no such rows, or the file cannot be read
   */
  read(from: number, to: number, out: Float32Array): void;
  /** The same rows as bytes, which may be the source's own memory: to be read only. Only of types u1 and b1. */
  readBytes?(from: number, to: number): Uint8Array;
}

/** Where an array lies. */
export interface Placement extends Encoding {
  readonly shape: readonly number[];
  /** Position of its first byte. */
  readonly offset: number;
  /** Whether the first axis varies fastest, as in Fortran and MATLAB. Default: the last one does. */
  readonly columnMajor?: boolean;
}

/**
 * The array at a place of a source.
 *
 * Column-major rows lie scattered over the whole array, so its bytes are read at once and kept; others are read row by
 * row.
 *
 * @param where the file and the field, for errors
 * @throws ExpectationError where the source is too short for the shape: before anything is allocated by it
 */
export function storedArray(source: ByteSource, placement: Placement, where = source.where): StoredArray {
  const { shape, type, offset } = placement;
  const [count = 1, ...rest] = shape;
  const width = elementCount(rest);
  const size = sizeOf(type);
  checkLength(source, placement, where);
  const rowBytes = width * size;
  const bytesAt =
    placement.columnMajor && rest.length > 0
      ? scattered(() => source.read(offset, offset + count * rowBytes), shape, size)
      : (from: number, to: number) => source.read(offset + from * rowBytes, offset + to * rowBytes);
  return arrayOfRows({ where, shape, encoding: placement, bytesAt });
}

/** Rows by the bytes of each. */
interface RowBytes {
  readonly where: string;
  /** [n, …] */
  readonly shape: readonly number[];
  readonly encoding: Encoding;
  /** The bytes of rows `from` … `to` − 1, which exist. */
  bytesAt(from: number, to: number): Uint8Array;
}

/** The array of such rows; a number alone is an array of one row. */
export function arrayOfRows({ where, shape, encoding, bytesAt }: RowBytes): StoredArray {
  const [count = 1] = shape;
  const { type } = encoding;
  const rows = (from: number, to: number): Uint8Array => {
    if (from >= 0 && from <= to && to <= count) return bytesAt(from, to);
    throw new ExpectationError({ where, expected: `rows of 0 to ${count}`, received: `${from} to ${to}` });
  };
  return {
    where,
    shape: shape.length === 0 ? [1] : shape,
    type,
    read: (from, to, out) => decode(rows(from, to), encoding, out),
    ...(type === 'u1' || type === 'b1' ? { readBytes: rows } : {}),
  };
}

/** Numbers in products of sizes that a damaged header claims may exceed 2^53; then they exceed every file, too. */
function checkLength(source: ByteSource, { shape, type, offset }: Placement, where: string): void {
  const bytes = elementCount(shape) * sizeOf(type);
  if (offset + bytes <= source.length && shape.every((size) => Number.isSafeInteger(size) && size >= 0)) return;
  const expected = `${bytes} bytes for shape ${JSON.stringify(shape)} of type ${type}`;
  throw damaged(where, expected, `${Math.max(0, source.length - offset)} bytes`);
}

/** Rows of a column-major array, row-major each. */
function scattered(readAll: () => Uint8Array, shape: readonly number[], size: number) {
  let all: Uint8Array | undefined;
  const [count = 1, ...rest] = shape;
  const width = elementCount(rest);
  const steps = stepsOf(shape, size);
  return (from: number, to: number): Uint8Array => {
    all ??= readAll();
    const bytes = new Uint8Array((to - from) * width * size);
    if (count === 0 || width === 0) return bytes;
    const index = new Array<number>(rest.length).fill(0);
    for (let column = 0; column < width; column++) {
      const start = index.reduce((sum, at, axis) => sum + at * steps[axis + 1]!, 0);
      for (let row = from; row < to; row++) {
        const [source, target] = [start + row * size, ((row - from) * width + column) * size];
        for (let byte = 0; byte < size; byte++) bytes[target + byte] = all[source + byte]!;
      }
      advance(index, rest);
    }
    return bytes;
  };
}

/** Bytes from one element to the next along each axis, the first axis fastest. */
function stepsOf(shape: readonly number[], size: number): number[] {
  let step = size;
  return shape.map((axis) => {
    const own = step;
    step *= axis;
    return own;
  });
}

/** The next index, the last axis fastest. */
function advance(index: number[], sizes: readonly number[]): void {
  for (let axis = sizes.length - 1; axis >= 0; axis--) {
    index[axis]!++;
    if (index[axis]! < sizes[axis]!) return;
    index[axis] = 0;
  }
}
