// The executor's WebAssembly, compiled once for memories of one thread and once for shared ones.
import { bytes as plainBytes } from '#executor';
import { bytes as relaxedBytes } from '#executor-relaxed';
import { withSharedMemory } from './shared-memory.ts';

const compiled = new Map<Uint8Array, Map<boolean, WebAssembly.Module>>();

/** A module that imports its memory. */
export function moduleOf(bytes: Uint8Array, isShared: boolean): WebAssembly.Module {
  const known = compiled.get(bytes) ?? new Map<boolean, WebAssembly.Module>();
  compiled.set(bytes, known);
  const module =
    known.get(isShared) ?? new WebAssembly.Module((isShared ? withSharedMemory(bytes) : bytes) as BufferSource);
  known.set(isShared, module);
  return module;
}

let chosen: Uint8Array | undefined;

/** The build for this engine: a fused multiplication and addition is one instruction where relaxed SIMD is known. */
export function executorBytes(): Uint8Array {
  chosen ??= [relaxedBytes(), plainBytes()].find((bytes) => WebAssembly.validate(bytes as BufferSource));
  if (!chosen) throw new TypeError('this engine lacks 128-bit SIMD');
  return chosen;
}

/** Whether the executor runs here: the engine has SIMD, and the page's Content-Security-Policy lets it compile. */
export function canExecute(): boolean {
  try {
    return moduleOf(executorBytes(), false) instanceof WebAssembly.Module;
  } catch {
    return false;
  }
}
