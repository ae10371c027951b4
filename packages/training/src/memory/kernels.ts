// The optimiser passes compiled from assembly/training.ts, for a memory of one thread and for one that threads share.
import { readFileSync } from 'node:fs';

/** A byte offset into the memory. */
type Pointer = number;

/** The optimiser passes: each takes its regions, their length n, and its scalars. */
export type Sweep = 'adam' | 'rmsprop' | 'sgd' | 'scale';

/** The exports of assembly/training.ts, which has their formulas. Lengths count float32 values, a multiple of 4. */
export type Kernels = Readonly<Record<Sweep, (...pointersLengthScalars: number[]) => void>> & {
  sumOfSquares(g: Pointer, n: number): number;
  /** g ← a·g + b·x. */
  combine(g: Pointer, x: Pointer, n: number, a: number, b: number): void;
};

/** The memory of the passes: this thread's own, or one that threads share. */
type MemoryKind = 'own' | 'shared';

const files: Readonly<Record<MemoryKind, URL>> = {
  own: new URL('../../wasm/training.wasm', import.meta.url),
  shared: new URL('../../wasm/training-shared.wasm', import.meta.url),
};
const compiled = new Map<MemoryKind, WebAssembly.Module>();

/** The compiled passes; a module can be handed to another thread. */
export function passesModule(kind: MemoryKind): WebAssembly.Module {
  const known = compiled.get(kind);
  if (known) return known;
  const module = new WebAssembly.Module(readFileSync(files[kind]));
  compiled.set(kind, module);
  return module;
}

/** Binds the passes to a memory of this thread. */
export function bindKernels(memory: WebAssembly.Memory): Kernels {
  const { exports } = new WebAssembly.Instance(passesModule('own'), { env: { memory } });
  return exports as unknown as Kernels;
}
