// The file that `build:wasm` writes; a bundle for browsers holds its bytes instead (wasm/random.js).
import { readFileSync } from 'node:fs';

/** The file's bytes; undefined if it has not been built. The path holds for `src/` and for `dist/`. */
export function bytes(file: URL = new URL('../wasm/random.wasm', import.meta.url)): Uint8Array | undefined {
  try {
    return readFileSync(file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
