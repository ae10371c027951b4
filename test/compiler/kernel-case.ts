// The type of a row in the table of kernels, and a function that makes rows.
import { type Tensor, tf } from '@flowvae/tensor';

/** Inputs by name: a shape, and values that are repeated until it is full. */
export type CaseInputs = Readonly<Record<string, readonly [shape: readonly number[], values: readonly number[]]>>;

export type Tensors = Readonly<Record<string, Tensor>>;

export interface KernelCase {
  readonly kernel: string;
  readonly name: string;
  readonly fn: (inputs: Tensors) => Tensor | Tensor[];
  readonly inputs: CaseInputs;
  /** Why the gradient is not compared. */
  readonly noGradient?: string;
}

export const SIGNED = [-2.5, -1, -0.3, 0, 0.4, 1, 1.7, 3, -0.75];
export const OTHER = [0.5, -1.5, 2, 0, -0.25, 1, 4];
export const DISTINCT = [0.3, -1.2, 2.2, 0.9, -0.4, 1.4, -2.1, 3.1, 0.1, -3.3, 1.9, 0.6];
export const BITS = [0, 1, 1, 0, 1];
export const DISCRETE = 'piecewise constant or not float32';

/** A case of one input, x. */
export const one = (
  kernel: string,
  name: string,
  [shape, values]: CaseInputs[string],
  f: (x: Tensor) => Tensor | Tensor[],
  noGradient?: string,
): KernelCase => ({
  kernel,
  name,
  fn: ({ x }) => f(x!),
  inputs: { x: [shape, values] },
  ...(noGradient === undefined ? {} : { noGradient }),
});

/** Three shapes of the same case. */
export const unary = (kernel: string, f: (x: Tensor) => Tensor, values = SIGNED, noGradient?: string): KernelCase[] =>
  [[], [9], [2, 3, 3]].map((shape) => ({
    kernel,
    name: `[${shape}]`,
    fn: ({ x }: Tensors) => f(x!),
    inputs: { x: [shape, values] },
    ...(noGradient === undefined ? {} : { noGradient }),
  }));

/** The input as int32, some of it negative. */
export const integers = (x: Tensor) => tf.cast(tf.mul(x, 3), 'int32');
