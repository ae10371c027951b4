// The build for engines with relaxed SIMD. A bundle for browsers holds its bytes instead (wasm/executor-relaxed.js).
import { readFileSync } from 'node:fs';

/** The file's bytes. The path holds for `src/` and for `dist/`. */
export const bytes = (): Uint8Array => readFileSync(new URL('../../../wasm/executor-relaxed.wasm', import.meta.url));
