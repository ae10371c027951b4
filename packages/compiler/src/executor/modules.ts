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

/** Whether this engine runs the executor at all. */
export function hasSimd(): boolean {
  try {
    return executorBytes().length > 0;
  } catch {
    return false;
  }
}
