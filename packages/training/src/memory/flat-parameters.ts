// Parameters, gradients and optimiser state side by side in one WebAssembly memory, allocated once.
import { type NamedVariables, tf } from '@flowvae/tensor';
import type { OptimizerTarget } from './carry-out.ts';
import { BYTES, type FlatLayout, flatLayout, viewsOf } from './flat-layout.ts';
import { bindKernels, type Kernels, type Sweep } from './kernels.ts';
import { nonTrainableOf, trainableOf } from './non-trainable.ts';
import { FIRST_SLOT, GRADIENTS, PARAMETERS } from './optimizer.ts';

const PAGE = 65_536;

/**
 * The flat buffer of a training run: [parameters | gradients | slot 0 | slot 1 | …], each `length` float32 long.
 *
 * ONNX Runtime reads and writes the views directly; the optimiser sweeps over the regions. The memory never grows,
 * because that would detach every view. Variables that are not trainable stand beside it, outside the sweeps.
 */
export class FlatParameters implements OptimizerTarget {
  /** Values by variable name. */
  readonly values: Readonly<Record<string, Float32Array>>;
  /** Gradients of the trainable variables, by name. */
  readonly gradients: Readonly<Record<string, Float32Array>>;
  /** A step's values for the other variables, by name; {@link commit} makes them current. */
  readonly assigned: Readonly<Record<string, Float32Array>>;
  /** Length of a region in float32 values, padding included. */
  readonly length: number;
  readonly #layout: FlatLayout;
  readonly #kernels: Kernels;
  readonly #variables: NamedVariables;
  readonly #memory: WebAssembly.Memory;

  /** @param slots regions of optimiser state, all zero at first */
  constructor(variables: NamedVariables, slots: number) {
    this.#layout = flatLayout(trainableOf(variables));
    this.length = this.#layout.length;
    const pages = Math.ceil((this.length * BYTES * (FIRST_SLOT + slots)) / PAGE);
    this.#memory = new WebAssembly.Memory({ initial: pages, maximum: pages });
    this.#kernels = bindKernels(this.#memory);
    this.#variables = variables;
    const others = Object.entries(nonTrainableOf(variables));
    const fresh = () => Object.fromEntries(others.map(([name, { size }]) => [name, new Float32Array(size)]));
    this.values = { ...this.region(PARAMETERS), ...fresh() };
    this.gradients = this.region(GRADIENTS);
    this.assigned = fresh();
    this.readVariables();
  }

  /**
   * Views of a region by variable name, trainable ones only: 0 holds the parameters, 1 the gradients, 2 and on the
   * optimiser's slots.
   */
  region(index: number): Readonly<Record<string, Float32Array>> {
    return viewsOf(this.#layout, new Float32Array(this.#memory.buffer, this.#pointer(index), this.length));
  }

  /** Euclidean norm of all gradients together; not finite if any gradient is not, or if a square exceeds float32. */
  gradientNorm(): number {
    return Math.sqrt(this.#kernels.sumOfSquares(this.#pointer(GRADIENTS), this.length));
  }

  sweep(pass: Sweep, regions: readonly number[], scalars: readonly number[]): void {
    this.#kernels[pass](...regions.map((index) => this.#pointer(index)), this.length, ...scalars);
  }

  /** Ends a step: its assigned values become current. */
  commit(): void {
    for (const [name, values] of Object.entries(this.assigned)) this.values[name]!.set(values);
  }

  /** Copies the variables' current values into the buffer. */
  readVariables(): void {
    this.setValues(
      Object.fromEntries(Object.entries(this.#variables).map(([name, variable]) => [name, variable.dataSync()])),
    );
  }

  /** Sets all values. */
  setValues(values: Readonly<Record<string, ArrayLike<number>>>): void {
    for (const [name, view] of Object.entries(this.values)) view.set(values[name]!);
    for (const [name, view] of Object.entries(this.assigned)) view.set(values[name]!); // a step need not assign all
  }

  /** Assigns the buffer's values to the variables, so that eager code sees them. */
  writeVariables(): void {
    assignVariables(this.#variables, this.values);
  }

  readonly #pointer = (index: number) => index * this.length * BYTES;
}

/** Gives variables the values under their names. */
export function assignVariables(variables: NamedVariables, values: Readonly<Record<string, Float32Array>>): void {
  tf.tidy(() => {
    for (const [name, variable] of Object.entries(variables)) {
      variable.assign(tf.tensor(values[name]!.slice(), variable.shape));
    }
  });
}
