// Reading files that a crash or a disk may have damaged: what is wrong with a file, and what only kept it from being
// read.
import { readFileSync, statSync } from 'node:fs';
import { ExpectationError } from '@flowvae/tensor/plain';

/** The system did not let a file be read. What the file holds may be whole, so nothing may be concluded or removed. */
export class UnreadableError extends ExpectationError {}

/**
 * The bytes of a file; only their number where there are more than `most`; undefined where there is no file.
 *
 * @throws UnreadableError where the system refuses to read it
 */
export function bytesIfThere(path: string): Uint8Array | undefined;
export function bytesIfThere(path: string, most: number): Uint8Array | number | undefined;
export function bytesIfThere(path: string, most = Number.POSITIVE_INFINITY): Uint8Array | number | undefined {
  try {
    const { size } = statSync(path);
    if (size > most) return size;
    return readFileSync(path);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return undefined;
    throw new UnreadableError({
      where: path,
      expected: 'a file that can be read',
      received: code ?? message,
      remedy: 'nothing was concluded from it; try again once it can be read',
    });
  }
}

/** The bytes of a file that must be there. @throws ExpectationError where it is not, or cannot be read */
export function readWhole(path: string): Uint8Array {
  const bytes = bytesIfThere(path);
  if (bytes) return bytes;
  throw new ExpectationError({ where: path, expected: 'a file that can be read', received: 'no file' });
}
