// Kernels besides tfjs's: declared by the package that owns their mathematics, run by engines that support them.
import type { Tensor } from '@tensorflow/tfjs-core';
import { tf } from './tensorflow.ts';

type Shapes = Readonly<Record<string, readonly number[]>>;
type Sizes = Readonly<Record<string, number>>;

/** A WebAssembly module, by a name of its own. */
interface KernelModule {
  readonly name: string;
  bytes(): Uint8Array;
}

/**
 * A kernel in WebAssembly, as data. Its tensors are float32, dense and row-major.
 *
 * The function takes pointers to the inputs, to the outputs and to scratch memory (if any), then the sizes, each in the
 * declared order. Its module imports its memory as `env.memory`, exports `heapBase()`, the first free byte, and keeps
 * nothing between calls. Kernels in one graph must come from one module.
 */
export interface KernelDescriptor {
  /** In tfjs's registry, and in graphs. */
  readonly name: string;
  /** Names of the input tensors. */
  readonly inputs: readonly string[];
  /** Whole numbers by name, computed from the inputs' shapes. */
  sizes(shapes: Shapes): Sizes;
  /** Shapes of the outputs by shapes of the inputs. */
  outputs(shapes: Shapes): readonly (readonly number[])[];
  /** Bytes of scratch memory; absent if the function needs none. */
  scratchBytes?(sizes: Sizes): number;
  /** The module, and the function's name in it. */
  readonly wasm: { readonly module: KernelModule; readonly export: string };
}

const declared = new Map<string, KernelDescriptor>();

/** Declares kernels for every engine that can run them. A later declaration of a name replaces an earlier one. */
export function declareKernels(...descriptors: readonly KernelDescriptor[]): void {
  for (const descriptor of descriptors) declared.set(descriptor.name, descriptor);
}

/** All declared kernels by name. */
export const declaredKernels = (): ReadonlyMap<string, KernelDescriptor> => declared;

/** Whether the current backend has a kernel of this name. */
export const hasKernel = (name: string): boolean => tf.getKernel(name, tf.getBackend()) !== undefined;

/** Calls a kernel; gradients flow if one is registered for it. */
export const callKernel = (name: string, inputs: Readonly<Record<string, Tensor>>): Tensor[] =>
  tf.engine().runKernel(name, inputs) as unknown as Tensor[];

const countedBackends = new Set<string>();

/** Says of a backend that the call of a kernel costs more there than its arithmetic, as on a graphics card. */
export const countKernelsOf = (backend: string): void => void countedBackends.add(backend);

/** Whether few kernels matter more on the current backend than few operations. */
export const prefersFewKernels = (): boolean => countedBackends.has(tf.getBackend());
