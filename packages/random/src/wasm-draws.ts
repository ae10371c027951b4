// Bulk draws by the WebAssembly SIMD kernels of assembly/random.ts, a chunk at a time through their fixed memory.
import type { BulkDraws } from './bulk-draws.ts';
import type { Key } from './key.ts';

/** Makes elements of a chunk, sixteen a group, from counter block `block` on. */
type Kernel = (k0: number, k1: number, block: number, groups: number) => void;

interface Exports extends Readonly<Record<keyof BulkDraws, Kernel>> {
  readonly memory: { readonly buffer: ArrayBuffer };
  readonly draws: { readonly value: number };
  readonly chances: { readonly value: number };
  readonly chunkLength: { readonly value: number };
}

/** The used part of `WebAssembly`; its types come with the browser's, which a Node library does not include. */
interface Engine {
  readonly Module: new (binary: Uint8Array) => object;
  readonly Instance: new (module: object) => { readonly exports: object };
}

type Draws = Uint32Array | Float32Array;
type Chances = Uint8Array | Float32Array;

/** The kernels; undefined if they have not been built (`pnpm -r run build:wasm` builds them). */
export function wasmDraws(binary: Uint8Array | undefined): BulkDraws | undefined {
  if (!binary) return undefined;
  const { Module, Instance } = (globalThis as unknown as { WebAssembly: Engine }).WebAssembly;
  const kernels = new Instance(new Module(binary)).exports as Exports;
  const { buffer } = kernels.memory;
  const length = kernels.chunkLength.value;
  const words = new Uint32Array(buffer, kernels.draws.value, length);
  const floats = new Float32Array(buffer, kernels.draws.value, length);
  const probabilityChunk = new Float32Array(buffer, kernels.chances.value, length);
  const intensityChunk = new Uint8Array(buffer, kernels.chances.value, length);
  return {
    bits: (key, out) => drawChunks(kernels.bits, key, words, out),
    uniform: (key, out) => drawChunks(kernels.uniform, key, floats, out),
    normal: (key, out) => drawChunks(kernels.normal, key, floats, out),
    bernoulli: (key, probabilities, out) =>
      drawChunks(kernels.bernoulli, key, floats, out, { from: probabilities, to: probabilityChunk }),
    bernoulliBytes: (key, intensities, out) =>
      drawChunks(kernels.bernoulliBytes, key, floats, out, { from: intensities, to: intensityChunk }),
  };
}

/** Runs a kernel over chunks; copies the chances of each chunk in before, and its draws out after. */
function drawChunks(kernel: Kernel, key: Key, made: Draws, out: Draws, chances?: { from: Chances; to: Chances }): void {
  for (let start = 0; start < out.length; start += made.length) {
    const count = Math.min(made.length, out.length - start);
    chances?.to.set(chances.from.subarray(start, start + count));
    kernel(key.k0, key.k1, start / 4, Math.ceil(count / 16));
    out.set(count === made.length ? made : made.subarray(0, count), start);
  }
}
