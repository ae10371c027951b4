// Stored arrays seen in another way: other shapes of a row, other orders of its numbers, arrays one after the other.
import { ExpectationError, elementCount } from '@flowvae/tensor/plain';
import type { StoredArray } from './stored-array.ts';

/** Numbers of one row. */
export const widthOf = ({ shape }: Pick<StoredArray, 'shape'>): number => elementCount(shape.slice(1));

/** The same rows under another shape of the same size. */
export function reshaped(array: StoredArray, rowShape: readonly number[]): StoredArray {
  const width = elementCount(rowShape);
  if (width === widthOf(array)) return { ...array, shape: [array.shape[0]!, ...rowShape] };
  throw new ExpectationError({
    where: array.where,
    expected: `rows of ${width} numbers, for shape ${JSON.stringify(rowShape)}`,
    received: `${widthOf(array)} numbers`,
  });
}

/**
 * Rows whose numbers come in another order.
 *
 * @param order for each number of a new row, its place in the old row
 */
export function reordered(array: StoredArray, rowShape: readonly number[], order: Uint32Array): StoredArray {
  const width = order.length;
  const { readBytes, ...rest } = array;
  const move = <A extends Float32Array | Uint8Array>(from: A, to: A): A => {
    for (let start = 0; start < from.length; start += width) {
      for (let i = 0; i < width; i++) to[start + i] = from[start + order[i]!]!;
    }
    return to;
  };
  return {
    ...rest,
    shape: [array.shape[0]!, ...rowShape],
    read(from, to, out) {
      const stored = new Float32Array(out.length);
      array.read(from, to, stored);
      move(stored, out);
    },
    ...(readBytes && {
      readBytes: (from: number, to: number) => {
        const stored = readBytes(from, to);
        return move(stored, new Uint8Array(stored.length));
      },
    }),
  };
}

/** Images [n, height, width] of rows whose pixels go down the columns first. */
export function columnMajorImages(array: StoredArray, height: number, width: number): StoredArray {
  const order = Uint32Array.from({ length: height * width }, (_, i) => (i % width) * height + Math.floor(i / width));
  return reordered(reshaped(array, [height * width]), [height, width], order);
}

/** 1 − x for x in 0 … 1: black on white becomes white on black. NaN stays missing. */
export function inverted(array: StoredArray): StoredArray {
  const { readBytes, where, ...rest } = array;
  const invert = <A extends Float32Array | Uint8Array>(values: A): A => {
    for (let i = 0; i < values.length; i++) {
      const value = values[i]!;
      if (value < 0 || value > 1) {
        throw new ExpectationError({ where, expected: 'numbers from 0 to 1, to invert', received: String(value) });
      }
      values[i] = 1 - value;
    }
    return values;
  };
  return {
    ...rest,
    where,
    read(from, to, out) {
      array.read(from, to, out);
      invert(out);
    },
    ...(readBytes && { readBytes: (from: number, to: number) => invert(readBytes(from, to).slice()) }),
  };
}

/** Some successive columns of flat rows. */
export function columnsOf(array: StoredArray, at: number, width: number): StoredArray {
  const own = widthOf(array);
  return {
    where: array.where,
    shape: [array.shape[0]!, width],
    type: array.type,
    read(from, to, out) {
      const rows = new Float32Array((to - from) * own);
      array.read(from, to, rows);
      for (let row = 0; row < to - from; row++) {
        out.set(rows.subarray(row * own + at, row * own + at + width), row * width);
      }
    },
  };
}

/** The same array with NaN where its mask is 0. */
export const withoutMissing = (array: StoredArray, mask: StoredArray): StoredArray => ({
  ...array,
  read(from, to, out) {
    array.read(from, to, out);
    const seen = new Float32Array(out.length);
    mask.read(from, to, seen);
    for (let i = 0; i < out.length; i++) if (seen[i] === 0) out[i] = Number.NaN;
  },
});

/** The rows of several arrays of one type and one shape of a row, one array after the other. */
export function concatenated(arrays: readonly StoredArray[], where: string): StoredArray {
  const [first] = arrays as [StoredArray, ...StoredArray[]];
  const counts = arrays.map(({ shape }) => shape[0]!);
  const count = counts.reduce((sum, each) => sum + each, 0);
  const width = widthOf(first);
  const inParts = (from: number, to: number, read: (array: StoredArray, part: Part) => void): void => {
    if (!(from >= 0 && from <= to && to <= count)) {
      throw new ExpectationError({ where, expected: `rows of 0 to ${count}`, received: `${from} to ${to}` });
    }
    let start = 0;
    for (const [i, array] of arrays.entries()) {
      const part = { from: Math.max(from - start, 0), to: Math.min(to - start, counts[i]!) };
      if (part.from < part.to) read(array, { ...part, at: (start + part.from - from) * width });
      start += counts[i]!;
    }
  };
  const hasBytes = arrays.every(({ readBytes }) => readBytes);
  /** The bytes of rows of one array, as it gives them. A copy would cost more than their binarisation. */
  const bytesOfOne = (from: number, to: number): Uint8Array | undefined => {
    let start = 0;
    for (const [i, array] of arrays.entries()) {
      const end = start + counts[i]!;
      if (start <= from && from <= to && to <= end) return array.readBytes!(from - start, to - start);
      start = end;
    }
    return undefined;
  };
  return {
    where,
    shape: [count, ...first.shape.slice(1)],
    type: first.type,
    read: (from, to, out) =>
      inParts(from, to, (array, part) =>
        array.read(part.from, part.to, out.subarray(part.at, part.at + (part.to - part.from) * width)),
      ),
    ...(hasBytes && {
      readBytes: (from: number, to: number) => {
        const together = bytesOfOne(from, to);
        if (together) return together;
        const bytes = new Uint8Array((to - from) * width);
        inParts(from, to, (array, part) => bytes.set(array.readBytes!(part.from, part.to), part.at));
        return bytes;
      },
    }),
  };
}

/** Rows of one of the arrays, and the place of their numbers among those that were asked for. */
interface Part {
  readonly from: number;
  readonly to: number;
  readonly at: number;
}
