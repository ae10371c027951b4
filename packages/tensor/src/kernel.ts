// Kernels beside tfjs's: declared by the package whose mathematics they are, run by an engine that has a place for
// them.
import type { Tensor } from '@tensorflow/tfjs-core';
import { tf } from './tensorflow.ts';

type Shapes = Readonly<Record<string, readonly number[]>>;
type Sizes = Readonly<Record<string, number>>;

/**
 * A kernel in WebAssembly, as data. Its tensors are float32, dense and row-major.
 *
 * The function takes pointers to the inputs, to the outputs and to scratch memory, if it asks for any, then the sizes,
 * each in the order that is declared here. Its module imports its memory as `env.memory`, exports `heapBase()`, the
 * first byte that it leaves free, and keeps nothing from one call to the next. Kernels that meet in one graph come from
 * one module.
 */
export interface KernelDescriptor {
  /** In tfjs's registry, and in graphs. */
  readonly name: string;
  /** Names of the input tensors. */
  readonly inputs: readonly string[];
  /** Whole numbers that the shapes of the inputs decide, by name. */
  sizes(shapes: Shapes): Sizes;
  /** Shapes of the outputs by shapes of the inputs. */
  outputs(shapes: Shapes): readonly (readonly number[])[];
  /** Bytes of scratch memory; left out where the function takes none. */
  scratchBytes?(sizes: Sizes): number;
  /** The module's file, and the function's name in it. */
  readonly wasm: { readonly file: URL; readonly export: string };
}

const declared = new Map<string, KernelDescriptor>();

/** Makes kernels known to every engine that can run them. A name stands for the kernel that was declared last. */
export function declareKernels(...descriptors: readonly KernelDescriptor[]): void {
  for (const descriptor of descriptors) declared.set(descriptor.name, descriptor);
}

/** All declared kernels by name. */
export const declaredKernels = (): ReadonlyMap<string, KernelDescriptor> => declared;

/** Whether the backend that is in use has a kernel of that name. */
export const hasKernel = (name: string): boolean => tf.getKernel(name, tf.getBackend()) !== undefined;

/** Calls a kernel; gradients flow where one is registered for it. */
export const callKernel = (name: string, inputs: Readonly<Record<string, Tensor>>): Tensor[] =>
  tf.engine().runKernel(name, inputs) as unknown as Tensor[];
