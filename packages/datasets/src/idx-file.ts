// Reading an IDX file from disk, plain or gzip, without trusting any size that it states.
import { readFileSync } from 'node:fs';
import { constants, gunzipSync } from 'node:zlib';
import { ExpectationError } from '@flowvae/tensor';
import { claimedLength, longestHeader } from './idx.ts';

/** DEFLATE cannot shrink anything below one byte in this many. */
const LARGEST_GZIP_RATIO = 1032;

/**
 * The bytes of an IDX file; a name that ends in `.gz` is unpacked.
 *
 * @throws ExpectationError where it cannot be read, or its gzip form is damaged or unpacks to another length than its header states
 */
export function readIdxFile(path: string): Uint8Array {
  const bytes = readWhole(path);
  return path.endsWith('.gz') ? unpack(bytes, path) : bytes;
}

function readWhole(path: string): Uint8Array {
  try {
    return plainBytes(readFileSync(path));
  } catch (error) {
    throw new ExpectationError({ where: path, expected: 'a readable file', received: (error as Error).message });
  }
}

/**
 * Unpacks a gzip file, never further than its IDX header states.
 *
 * The header is unpacked first. So neither a header that claims terabytes nor a small file that unpacks to them can
 * take memory that the data does not need.
 */
function unpack(packed: Uint8Array, path: string): Uint8Array {
  const length = claimedLength(unpackHead(packed, path));
  if (length === undefined) throw damaged(path, 'IDX data in gzip form', 'something else');
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

/** The first bytes of what a gzip file holds. Its trailing checksum (8 bytes) is left for the whole file's turn. */
function unpackHead(packed: Uint8Array, path: string): Uint8Array {
  const start = packed.subarray(0, Math.max(0, Math.min(1024, packed.length - 8)));
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
