// The optimiser passes compiled from assembly/training.ts, for a memory of one thread.
import { bytes } from '#passes';

/** A byte offset into the memory. */
type Pointer = number;

/** The optimiser passes: each takes its regions, their length n, and its scalars. */
export type Sweep = 'adam' | 'adamax' | 'rmsprop' | 'sgd' | 'scale';

/** The exports of assembly/training.ts, which has their formulas. Lengths count float32 values, a multiple of 4. */
export type Kernels = Readonly<Record<Sweep, (...pointersLengthScalars: number[]) => void>> & {
  sumOfSquares(g: Pointer, n: number): number;
  /** g ← a·g + b·x. */
  combine(g: Pointer, x: Pointer, n: number, a: number, b: number): void;
};

let compiled: WebAssembly.Module | undefined;

/** Binds the passes to a memory of this thread. */
export function bindKernels(memory: WebAssembly.Memory): Kernels {
  compiled ??= new WebAssembly.Module(bytes() as BufferSource);
  const { exports } = new WebAssembly.Instance(compiled, { env: { memory } });
  return exports as unknown as Kernels;
}
