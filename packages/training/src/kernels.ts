// The optimiser passes compiled from assembly/training.ts, bound to one memory.
import { readFileSync } from 'node:fs';

/** A byte offset into the memory. */
export type Pointer = number;

/** The exports of assembly/training.ts, where their formulas stand. Lengths count float32 values, a multiple of 4. */
export interface Kernels {
  adam(
    p: Pointer,
    g: Pointer,
    m: Pointer,
    v: Pointer,
    n: number,
    rate: number,
    root: number,
    oneMinusBeta1: number,
    beta2: number,
    oneMinusBeta2: number,
    epsilon: number,
    tiny: number,
  ): void;
  rmsprop(
    p: Pointer,
    g: Pointer,
    v: Pointer,
    buf: Pointer,
    n: number,
    rate: number,
    alpha: number,
    oneMinusAlpha: number,
    momentum: number,
    epsilon: number,
    tiny: number,
  ): void;
  sgd(p: Pointer, g: Pointer, buf: Pointer, n: number, rate: number, momentum: number, tiny: number): void;
  sumOfSquares(g: Pointer, n: number): number;
  scale(g: Pointer, n: number, factor: number): void;
}

let compiled: WebAssembly.Module | undefined;

/** Binds the passes to a memory. */
export function bindKernels(memory: WebAssembly.Memory): Kernels {
  compiled ??= new WebAssembly.Module(readFileSync(new URL('../wasm/training.wasm', import.meta.url)));
  const { exports } = new WebAssembly.Instance(compiled, { env: { memory } });
  return exports as unknown as Kernels;
}
