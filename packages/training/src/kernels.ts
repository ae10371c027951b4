// The optimiser passes compiled from assembly/training.ts, bound to one memory.
import { readFileSync } from 'node:fs';

/** A byte offset into the memory. */
type Pointer = number;

/** The optimiser passes: each takes the regions it works on, their length n, and its scalars. */
export type Pass = 'adam' | 'rmsprop' | 'sgd' | 'scale';

/** The exports of assembly/training.ts, where their formulas stand. Lengths count float32 values, a multiple of 4. */
export type Kernels = Readonly<Record<Pass, (...pointersLengthScalars: number[]) => void>> & {
  sumOfSquares(g: Pointer, n: number): number;
  /** g ← a·g + b·x. */
  combine(g: Pointer, x: Pointer, n: number, a: number, b: number): void;
};

let compiled: WebAssembly.Module | undefined;

/** The compiled passes; a module can be handed to another thread. */
export function passesModule(): WebAssembly.Module {
  compiled ??= new WebAssembly.Module(readFileSync(new URL('../wasm/training.wasm', import.meta.url)));
  return compiled;
}

/** Binds the passes to a memory. */
export function bindKernels(memory: WebAssembly.Memory): Kernels {
  const { exports } = new WebAssembly.Instance(passesModule(), { env: { memory } });
  return exports as unknown as Kernels;
}
