// Reading an IDX file from disk, plain or gzip, without trusting any size that it states.
import { closeSync, fstatSync, openSync, readFileSync, readSync } from 'node:fs';
import { constants, gunzipSync } from 'node:zlib';
import { ExpectationError } from '@flowvae/tensor/plain';
import { claimedLength, longestHeader } from './idx.ts';

/** DEFLATE cannot shrink anything below one byte in this many. */
const LARGEST_GZIP_RATIO = 1032;

/**
 * The bytes of an IDX file; a name that ends in `.gz` is unpacked.
 *
 * @throws ExpectationError where it cannot be read, or its gzip form is damaged or unpacks to another length than its
 * header states
 */
export function readIdxFile(path: string): Uint8Array {
  const bytes = readWhole(path);
  return path.endsWith('.gz') ? unpack(bytes, path) : bytes;
}

function readWhole(path: string): Uint8Array {
  try {
    return plainBytes(readFileSync(path));
  } catch (error) {
    throw unreadable(path, error);
  }
}

const unreadable = (where: string, error: unknown) =>
  new ExpectationError({ where, expected: 'a readable file', received: (error as Error).message });

/** What can be known of an IDX file without reading all of it. */
export interface IdxHead {
  readonly head: Uint8Array;
  /** The length of the IDX data; undefined for a gzip file. */
  readonly length: number | undefined;
}

/** The header of an IDX file. Errors as in {@link readIdxFile}. */
export function readIdxHead(path: string): IdxHead {
  const { start, size } = readStart(path, START_BYTES + TRAILER_BYTES);
  return path.endsWith('.gz')
    ? { ...unpackHead(start, path), length: undefined }
    : { head: start.subarray(0, longestHeader), length: size };
}

/** Bytes of a gzip file that hold its IDX header, whatever name the gzip header carries. */
const START_BYTES = 1024;

/** Checksum and length at the end of a gzip file. */
const TRAILER_BYTES = 8;

function readStart(path: string, most: number): { readonly start: Uint8Array; readonly size: number } {
  try {
    const file = openSync(path, 'r');
    try {
      const start = new Uint8Array(most);
      const { size } = fstatSync(file);
      return { start: start.subarray(0, readSync(file, start, 0, most, 0)), size };
    } finally {
      closeSync(file);
    }
  } catch (error) {
    throw unreadable(path, error);
  }
}

/**
 * Unpacks a gzip file, never further than its IDX header states.
 *
 * The header is unpacked first. So neither a header that claims terabytes nor a small file that unpacks to them can
 * take memory that the data does not need.
 */
function unpack(packed: Uint8Array, path: string): Uint8Array {
  const { claimed: length } = unpackHead(packed, path);
  const longest = packed.length * LARGEST_GZIP_RATIO;
  if (length > longest) {
    throw damaged(path, `at most ${longest} bytes in ${packed.length} packed ones`, `sizes for ${length}`);
  }
  try {
    return plainBytes(gunzipSync(packed, { maxOutputLength: length }));
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const received = code === 'ERR_BUFFER_TOO_LARGE' ? `more than ${length} bytes` : message;
    throw damaged(path, `undamaged gzip data of ${length} bytes`, received);
  }
}

/**
 * The first bytes of what a gzip file holds, and the length that they claim. The trailer is left for the whole file's
 * turn.
 */
function unpackHead(packed: Uint8Array, path: string): { readonly head: Uint8Array; readonly claimed: number } {
  const start = packed.subarray(0, Math.max(0, Math.min(START_BYTES, packed.length - TRAILER_BYTES)));
  const head = headOf(start, path);
  const claimed = claimedLength(head);
  if (claimed === undefined) throw damaged(path, 'IDX data in gzip form', 'something else');
  return { head, claimed };
}

function headOf(start: Uint8Array, path: string): Uint8Array {
  try {
    return gunzipSync(start, { finishFlush: constants.Z_SYNC_FLUSH }).subarray(0, longestHeader);
  } catch (error) {
    throw damaged(path, 'undamaged gzip data', (error as Error).message);
  }
}

const damaged = (where: string, expected: string, received: string) =>
  new ExpectationError({ where, expected, received, remedy: 'the file is damaged or of another kind' });

/** A buffer as the plain bytes that it is, so that nobody meets Node's own methods on it. */
const plainBytes = ({ buffer, byteOffset, byteLength }: Uint8Array) => new Uint8Array(buffer, byteOffset, byteLength);
