// The build for any engine with 128-bit SIMD. A bundle for browsers holds its bytes instead (wasm/executor.js).
import { readFileSync } from 'node:fs';

/** The file's bytes. The path holds for `src/` and for `dist/`. */
export const bytes = (): Uint8Array => readFileSync(new URL('../../../wasm/executor.wasm', import.meta.url));
