// The optimiser passes compiled from assembly/training.ts, for a memory that threads share.
import { readFileSync } from 'node:fs';

let compiled: WebAssembly.Module | undefined;

/** The compiled passes; a module can be handed to another thread. */
export function sharedPasses(): WebAssembly.Module {
  compiled ??= new WebAssembly.Module(readFileSync(new URL('../../wasm/training-shared.wasm', import.meta.url)));
  return compiled;
}
