// Data in gzip or zlib form, unpacked without trusting any size that it states.
import { constants as bufferConstants } from 'node:buffer';
import { constants, gunzipSync, inflateSync } from 'node:zlib';
import { ExpectationError } from '@flowvae/tensor/plain';
import type { ByteSource } from './byte-source.ts';
import { damaged } from './damage.ts';

/** DEFLATE cannot shrink anything below one byte in this many. */
const LARGEST_RATIO = 1032;

/** Packed bytes that hold the header of the data inside, whatever name a gzip header carries. */
const START_BYTES = 4096;

const forms = {
  // its trailer: checksum and length
  gzip: { inflate: gunzipSync, trailer: 8 },
  // as zip files hold it, in a gzip file that is made around it
  deflated: { inflate: gunzipSync, trailer: 8 },
  // its trailer: checksum
  zlib: { inflate: inflateSync, trailer: 4 },
} as const;

/** Packed content, and its form. */
export interface Packing {
  readonly form: keyof typeof forms;
  /** The content that is expected, for errors, such as `'IDX data'`. */
  readonly holds: string;
  /** The whole unpacked length that the first unpacked bytes claim; undefined where they are of another kind. */
  claimedLength(head: Uint8Array): number | undefined;
}

/** The first bytes of packed data, and the length that they claim for all of it. */
export interface UnpackedHead {
  readonly head: Uint8Array;
  readonly length: number;
}

/**
 * Unpacks the beginning. The trailer is left for the whole file's turn.
 *
 * @throws ExpectationError where it is no such data, or holds something else
 */
export function unpackedHead(source: ByteSource, { form, holds, claimedLength }: Packing): UnpackedHead {
  const { inflate, trailer } = forms[form];
  const start = source.read(0, Math.max(0, Math.min(START_BYTES, source.length - trailer)));
  const head = guarded(source.where, `undamaged ${form} data`, () =>
    inflate(start, { finishFlush: constants.Z_SYNC_FLUSH }),
  );
  const length = claimedLength(head);
  if (length === undefined) throw damaged(source.where, `${holds} in ${form} form`, 'something else');
  return { head, length };
}

/**
 * Unpacks all of it, never further than its header states.
 *
 * The header is unpacked first. So neither a header that claims terabytes nor a small file that unpacks to them can
 * take memory that the data does not need.
 * @throws ExpectationError where it is damaged or unpacks to more than it claims
 */
export function unpacked(source: ByteSource, packing: Packing): Uint8Array {
  return unpackedTo(unpackedHead(source, packing).length, source, packing);
}

/**
 * The head, and a source that unpacks all of it when it is first read.
 *
 * @throws ExpectationError as {@link unpacked}, and (later) where it unpacks to less than it claims
 */
export function unpackedLater(
  source: ByteSource,
  packing: Packing,
): { readonly head: Uint8Array; readonly bytes: ByteSource } {
  const { where } = source;
  const { head, length } = unpackedHead(source, packing);
  checkClaim(length, source);
  let all: Uint8Array | undefined;
  const whole = (): Uint8Array => {
    const bytes = unpackedTo(length, source, packing);
    if (bytes.length !== length) throw damaged(where, `${length} unpacked bytes`, `${bytes.length}`);
    return bytes;
  };
  return {
    head,
    bytes: {
      where,
      length,
      read(from, to) {
        all ??= whole();
        if (from >= 0 && from <= to && to <= length) return all.subarray(from, to);
        throw damaged(where, `at least ${to} bytes`, `${length}`);
      },
      close() {
        all = undefined;
      },
    },
  };
}

function unpackedTo(length: number, source: ByteSource, { form }: Packing): Uint8Array {
  checkClaim(length, source);
  const packed = source.read(0, source.length);
  const expected = `undamaged ${form} data of ${length} bytes`;
  // in one piece, with room to see that nothing follows: by default zlib makes thousands and puts them together
  const chunkSize = length + 64;
  return guarded(source.where, expected, () => {
    try {
      return forms[form].inflate(packed, { maxOutputLength: Math.max(1, length), chunkSize });
    } catch (error) {
      throw isTooLong(error) ? new Error(`more than ${length} bytes`) : error;
    }
  });
}

const isTooLong = (error: unknown) => (error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE';

/** So a claim alone asks for no memory that packed data of this length could not fill. */
function checkClaim(length: number, { where, length: packed }: ByteSource): void {
  const longest = packed * LARGEST_RATIO;
  if (length > longest)
    throw damaged(where, `at most ${longest} bytes in ${packed} packed ones`, `sizes for ${length}`);
  if (Math.max(length, packed) <= LARGEST_IN_MEMORY) return;
  throw new ExpectationError({
    where,
    expected: `at most ${LARGEST_IN_MEMORY} bytes in packed form, which are unpacked in memory`,
    received: `${length} of ${packed} packed ones`,
    remedy: 'save it without compression: then it is read from disk as needed',
  });
}

/** zlib counts in 32 bits. */
const LARGEST_IN_MEMORY = Math.min(bufferConstants.MAX_LENGTH, 2 ** 32 - 1) - 64;

/** A buffer as the plain bytes that it is, so that nobody meets Node's own methods on it. */
const plainBytes = ({ buffer, byteOffset, byteLength }: Uint8Array) => new Uint8Array(buffer, byteOffset, byteLength);

function guarded(where: string, expected: string, work: () => Uint8Array): Uint8Array {
  try {
    return plainBytes(work());
  } catch (error) {
    throw damaged(where, expected, (error as Error).message);
  }
}
