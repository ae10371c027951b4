// The one WebAssembly module that holds all declared kernels of a graph.
import { ExpectationError, type KernelDescriptor } from '@flowvae/tensor';

const binaries = new Map<string, Uint8Array>();
const modules = new Map<Uint8Array, WebAssembly.Module>();

/** The bytes of the module. @throws ExpectationError if the kernels come from several modules */
export function kernelBytes(kernels: readonly KernelDescriptor[]): Uint8Array {
  const [first, ...others] = kernels as [KernelDescriptor, ...KernelDescriptor[]];
  const { name, bytes } = first.wasm.module;
  const stranger = others.find(({ wasm }) => wasm.module.name !== name);
  if (stranger) {
    throw new ExpectationError({
      where: 'compile: kernels of one graph',
      expected: `one module, ${name}`,
      received: `${stranger.name} of ${stranger.wasm.module.name}`,
    });
  }
  const known = binaries.get(name) ?? bytes();
  binaries.set(name, known);
  return known;
}

/** The module. @throws ExpectationError if the kernels come from several modules */
export function kernelModule(kernels: readonly KernelDescriptor[]): WebAssembly.Module {
  const bytes = kernelBytes(kernels);
  const known = modules.get(bytes) ?? new WebAssembly.Module(bytes as BufferSource);
  modules.set(bytes, known);
  return known;
}
