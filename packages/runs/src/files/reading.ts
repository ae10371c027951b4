// Reads files that a crash or a disk may have damaged, and separates damage from a refusal to read.
import { readFileSync, statSync } from 'node:fs';
import { ExpectationError } from '@flowvae/tensor/plain';

/** The system refused to read a file. The file may be whole, so nothing may be concluded or removed. */
export class UnreadableError extends ExpectationError {}

/**
 * The bytes of a file; only their number if there are more than `most`; undefined without a file.
 *
 * @throws UnreadableError if the system refuses to read the file
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

/** The bytes of a required file. @throws ExpectationError if it is missing or cannot be read */
export function readWhole(path: string): Uint8Array {
  const bytes = bytesIfThere(path);
  if (bytes) return bytes;
  throw new ExpectationError({ where: path, expected: 'a file that can be read', received: 'no file' });
}
