// Reading an IDX file from disk, plain or gzip, without trusting any size that it states.
import { idxInGzip, longestHeader } from './formats/idx-header.ts';
import { type ByteSource, bytesOfFile } from './stored/byte-source.ts';
import { unpacked, unpackedHead } from './stored/packed.ts';

/**
 * The bytes of an IDX file; a name that ends in `.gz` is unpacked.
 *
 * @throws ExpectationError where it cannot be read, or its gzip form is damaged or unpacks to another length than its
 * header states
 */
export const readIdxFile = (path: string): Uint8Array =>
  withFile(path, (file) => (path.endsWith('.gz') ? unpacked(file, idxInGzip) : file.read(0, file.length)));

/** The facts of an IDX file that need only its beginning. */
export interface IdxHead {
  readonly head: Uint8Array;
  /** The length of the IDX data; undefined for a gzip file. */
  readonly length: number | undefined;
}

/** The header of an IDX file. Errors as in {@link readIdxFile}. */
export const readIdxHead = (path: string): IdxHead =>
  withFile(path, (file) =>
    path.endsWith('.gz')
      ? { head: unpackedHead(file, idxInGzip).head, length: undefined }
      : { head: file.read(0, Math.min(longestHeader, file.length)), length: file.length },
  );

function withFile<T>(path: string, read: (file: ByteSource) => T): T {
  const file = bytesOfFile(path);
  try {
    return read(file);
  } finally {
    file.close();
  }
}
