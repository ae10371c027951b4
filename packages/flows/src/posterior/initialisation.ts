// Initial weights from keys: the same key gives the same bytes, independently of other draws.
import { drawUniform, fold, type Key } from '@flowvae/random';

/** Initial values of a dense layer x·kernel + bias; the kernel [fanIn, fanOut] is row-major. */
export interface DenseStart {
  kernel(key: Key, fanIn: number, fanOut: number): Float32Array;
  bias(key: Key, fanIn: number, fanOut: number): Float32Array;
}

/**
 * Glorot uniform: U(−r, r), r = √(6/(fanIn + fanOut)), as [fanIn, fanOut] row-major.
 *
 * @see Glorot & Bengio 2010, eq. 16
 */
export function glorotUniform(key: Key, fanIn: number, fanOut: number): Float32Array {
  return uniformWithin(Math.sqrt(6 / (fanIn + fanOut)), key, fanIn * fanOut);
}

/** In place: the kernels of a categorical likelihood are hundreds of megabytes. */
function uniformWithin(radius: number, key: Key, size: number): Float32Array {
  const values = drawUniform(key, size);
  for (let i = 0; i < size; i++) values[i] = radius * (2 * values[i]! - 1);
  return values;
}

/**
 * Initial distributions of dense layers.
 * - `'glorot'`: Glorot uniform kernels, biases 0
 * - `'torch'`: kernels and biases U(±1/√fanIn), the default of torch.nn.Linear
 * - `'zeros'`: for weights that a file will give: nothing is drawn, and pages of zeros take no memory until they are
 *   written
 */
export const initialisations = {
  glorot: { kernel: glorotUniform, bias: (_key, _fanIn, fanOut) => new Float32Array(fanOut) },
  torch: {
    kernel: (key, fanIn, fanOut) => uniformWithin(1 / Math.sqrt(fanIn), key, fanIn * fanOut),
    bias: (key, fanIn, fanOut) => uniformWithin(1 / Math.sqrt(fanIn), fold(key, 'bias'), fanOut),
  },
  zeros: {
    kernel: (_key, fanIn, fanOut) => new Float32Array(fanIn * fanOut),
    bias: (_key, _fanIn, fanOut) => new Float32Array(fanOut),
  },
} as const satisfies Readonly<Record<string, DenseStart>>;

/** A name among {@link initialisations}. */
export type Initialisation = keyof typeof initialisations;
