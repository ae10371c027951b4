// Parameters, gradients and optimiser state side by side in one WebAssembly memory, allocated once.
import { ExpectationError, type NamedVariables, tf } from '@flowvae/tensor';
import { bindKernels, type Kernels, type Pointer } from './kernels.ts';

const BYTES = 4;
const PAGE = 65_536;
/** Each variable starts at a multiple of 16 bytes, so that vector loads never straddle two variables' padding. */
const LANES = 4;

const padded = (size: number) => Math.ceil(size / LANES) * LANES;

/**
 * The flat buffer of a training run: [parameters | gradients | slot 0 | slot 1 | …], each `length` float32 long.
 *
 * ONNX Runtime reads and writes the views directly; the optimiser sweeps over the regions. The memory never grows, for that would detach
 * every view.
 */
export class FlatParameters {
  /** Values by variable name. */
  readonly values: Readonly<Record<string, Float32Array>>;
  /** Gradients by variable name. */
  readonly gradients: Readonly<Record<string, Float32Array>>;
  /** Length of a region in float32 values, padding included. */
  readonly length: number;
  readonly kernels: Kernels;
  readonly #variables: NamedVariables;
  readonly #memory: WebAssembly.Memory;

  /** @param slots regions of optimiser state, all zero at first */
  constructor(variables: NamedVariables, slots: number) {
    const sizes = Object.values(variables).map(({ size }) => padded(size));
    this.length = sizes.reduce((a, b) => a + b, 0);
    if (this.length === 0) {
      throw new ExpectationError({ where: 'fit: variables', expected: 'at least one variable', received: 'none' });
    }
    const pages = Math.ceil((this.length * BYTES * (2 + slots)) / PAGE);
    this.#memory = new WebAssembly.Memory({ initial: pages, maximum: pages });
    this.kernels = bindKernels(this.#memory);
    this.#variables = variables;
    this.values = this.#views(this.region(0));
    this.gradients = this.#views(this.region(1));
    this.readVariables();
  }

  /** Region 0 holds the parameters, 1 the gradients, 2 and on the optimiser's slots. */
  readonly region = (index: number): Pointer => index * this.length * BYTES;

  /** Shapes by variable name. */
  get shapes(): Readonly<Record<string, readonly number[]>> {
    return Object.fromEntries(Object.entries(this.#variables).map(([name, { shape }]) => [name, shape]));
  }

  /** A region of the optimiser's state by variable name, counted from 0. */
  slot(index: number): Readonly<Record<string, Float32Array>> {
    return this.#views(this.region(2 + index));
  }

  /** Euclidean norm of all gradients together; not finite where any of them is not, or where a square exceeds float32. */
  gradientNorm(): number {
    return Math.sqrt(this.kernels.sumOfSquares(this.region(1), this.length));
  }

  /** Copies the variables' current values into the buffer. */
  readVariables(): void {
    for (const [name, variable] of Object.entries(this.#variables)) this.values[name]!.set(variable.dataSync());
  }

  /** Gives the buffer's values to the variables, so that eager code sees them. */
  writeVariables(): void {
    tf.tidy(() => {
      for (const [name, variable] of Object.entries(this.#variables)) {
        variable.assign(tf.tensor(this.values[name]!.slice(), variable.shape));
      }
    });
  }

  #views(start: Pointer): Record<string, Float32Array> {
    let at = start;
    const views = Object.entries(this.#variables).map(([name, { size }]) => {
      const view = new Float32Array(this.#memory.buffer, at, size);
      at += padded(size) * BYTES;
      return [name, view] as const;
    });
    return Object.fromEntries(views);
  }
}
