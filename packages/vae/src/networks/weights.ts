// Kernels and biases of new layers, drawn from a key.
import type { Initialisation } from '@flowvae/flows';
import { drawUniform, fold, type Key } from '@flowvae/random';
import { ExpectationError, elementCount, tf, type Variable } from '@flowvae/tensor';

/** Parameters, gradients and two optimiser slots of float32 fill a WebAssembly memory's 4 GiB. */
export const MOST_PARAMETERS = 2 ** 28;

/** Inputs of a unit, and units that an input reaches. */
export interface Fans {
  readonly fanIn: number;
  readonly fanOut: number;
}

/** Half the width of the uniform distribution of a kernel. @see `initialisations` in `@flowvae/flows` */
const radii: Readonly<Record<Initialisation, (fans: Fans) => number>> = {
  glorot: ({ fanIn, fanOut }) => Math.sqrt(6 / (fanIn + fanOut)),
  torch: ({ fanIn }) => 1 / Math.sqrt(fanIn),
  zeros: () => 0,
};

/** U(±radius); nothing is drawn where the radius is 0. */
export function uniformWithin(radius: number, key: Key, size: number): Float32Array {
  if (radius === 0) return new Float32Array(size);
  const values = drawUniform(key, size);
  for (let i = 0; i < size; i++) values[i] = radius * (2 * values[i]! - 1);
  return values;
}

/** The start of a kernel of any shape, by its fans. */
export const kernelStart = (initialisation: Initialisation, key: Key, size: number, fans: Fans): Float32Array =>
  uniformWithin(radii[initialisation](fans), key, size);

/** The start of a bias: that of torch is drawn, the others are 0. */
export const biasStart = (initialisation: Initialisation, key: Key, size: number, { fanIn }: Fans): Float32Array =>
  initialisation === 'torch' ? uniformWithin(1 / Math.sqrt(fanIn), fold(key, 'bias'), size) : new Float32Array(size);

/** A new variable with these values. */
const variableOf = (values: Float32Array, shape: readonly number[]): Variable =>
  tf.tidy(() => tf.variable(tf.tensor(values, [...shape])));

/** Gives a variable these values. */
export function assign(variable: Variable, values: Float32Array): void {
  tf.tidy(() => variable.assign(tf.tensor(values, variable.shape)));
}

/** Kernel and bias of one layer. */
export interface LayerWeights {
  readonly kernel: Variable;
  readonly bias: Variable;
}

/** How the weights of a layer start. */
export interface WeightStart {
  readonly initialisation: Initialisation;
  readonly key: Key;
  /** Absent: the initialisation's. */
  readonly bias?: Float32Array | undefined;
}

/** Weights of a layer with a bias for each of its units. @throws ExpectationError for a kernel that no memory holds */
export function layerWeights(
  shape: readonly number[],
  units: number,
  { initialisation, key, bias, ...fans }: WeightStart & Fans,
): LayerWeights {
  const size = elementCount(shape);
  if (size > MOST_PARAMETERS) {
    throw new ExpectationError({
      where: 'network: kernel',
      expected: `at most ${MOST_PARAMETERS} parameters`,
      received: `${size}, of shape [${shape.join(', ')}]`,
      remedy: 'take pictures of a smaller `size`, or a likelihood of fewer outputs',
    });
  }
  return {
    kernel: variableOf(kernelStart(initialisation, key, size, fans), shape),
    bias: variableOf(bias ?? biasStart(initialisation, key, units, fans), [units]),
  };
}
