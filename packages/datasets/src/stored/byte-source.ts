// Bytes that are read when they are asked for, from memory or from a file of any size.
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { ExpectationError } from '@flowvae/tensor/plain';
import { damaged } from './damage.ts';

/** Bytes by position. */
export interface ByteSource {
  /** The file, for errors. */
  readonly where: string;
  readonly length: number;
  /**
   * The bytes `from` … `to` − 1: a view where they are in memory, otherwise a new array.
   *
   * @throws ExpectationError where the source does not hold them
   */
  read(from: number, to: number): Uint8Array;
  /** Lets the file go, once; nothing can be read after it. */
  close(): void;
}

/** Bytes in memory. */
export const bytesInMemory = (bytes: Uint8Array, where: string): ByteSource => ({
  where,
  length: bytes.length,
  read(from, to) {
    checkRange(where, bytes.length, from, to);
    return bytes.subarray(from, to);
  },
  close() {},
});

/**
 * Bytes of an open file.
 *
 * @throws ExpectationError where it cannot be opened, is a folder, or (later) cannot be read
 */
export function bytesOfFile(path: string): ByteSource {
  const { file, length } = opened(path);
  let isOpen = true;
  return {
    where: path,
    length,
    read(from, to) {
      if (!isOpen) throw unreadable(path, 'a file that was closed');
      checkRange(path, length, from, to);
      const bytes = new Uint8Array(to - from);
      let filled = 0;
      while (filled < bytes.length) {
        const count = readPart(path, () => readSync(file, bytes, filled, bytes.length - filled, from + filled));
        if (count === 0) throw unreadable(path, `only ${from + filled} bytes: the file became shorter`);
        filled += count;
      }
      return bytes;
    },
    close() {
      if (isOpen) closeSync(file); // its number may be another file's after this
      isOpen = false;
    },
  };
}

function opened(path: string): { readonly file: number; readonly length: number } {
  const file = readPart(path, () => openSync(path, 'r'));
  const stat = fstatSync(file);
  if (stat.isFile()) return { file, length: stat.size };
  closeSync(file);
  throw unreadable(path, stat.isDirectory() ? 'a folder' : 'something else');
}

function readPart<T>(path: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw unreadable(path, (error as Error).message);
  }
}

const unreadable = (where: string, received: string) =>
  new ExpectationError({ where, expected: 'a readable file', received });

function checkRange(where: string, length: number, from: number, to: number): void {
  if (from >= 0 && from <= to && to <= length) return;
  throw damaged(where, `at least ${to} bytes`, `${length}`);
}

/**
 * The bytes `from` … `to` − 1 of a source, as a source; closing it leaves the whole open.
 *
 * @throws ExpectationError where the source does not hold them
 */
export function section(source: ByteSource, from: number, to: number, where = source.where): ByteSource {
  checkRange(where, source.length, from, to);
  return {
    where,
    length: to - from,
    read(first, end) {
      checkRange(where, to - from, first, end);
      return source.read(from + first, from + end);
    },
    close() {},
  };
}

/** The bytes of one source after those of the other; closing it closes neither. */
export function joined(sources: readonly ByteSource[], where: string): ByteSource {
  const length = sources.reduce((sum, source) => sum + source.length, 0);
  return {
    where,
    length,
    read(from, to) {
      checkRange(where, length, from, to);
      const bytes = new Uint8Array(to - from);
      let start = 0;
      for (const source of sources) {
        const [first, end] = [Math.max(from - start, 0), Math.min(to - start, source.length)];
        if (first < end) bytes.set(source.read(first, end), start + first - from);
        start += source.length;
      }
      return bytes;
    },
    close() {},
  };
}
