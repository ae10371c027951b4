// The file that `build:wasm` writes; a bundle for browsers holds its bytes instead (wasm/flows.js).
import { readFileSync } from 'node:fs';

/** The file's bytes. The path holds for `src/` and for `dist/`. */
export const bytes = (): Uint8Array => readFileSync(new URL('../../../wasm/flows.wasm', import.meta.url));
