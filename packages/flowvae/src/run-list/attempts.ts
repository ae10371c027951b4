// Reads of files that may be damaged, or written just now.
import { ExpectationError } from '@flowvae/tensor/plain';

/** The result of a read; undefined if a file is not as expected. */
export function attempted<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof ExpectationError) return undefined;
    throw error;
  }
}
