// Step sizes of Hamiltonian Monte Carlo along the temperatures: learnt by pilot chains, then fixed.

/** Step sizes of data points at each temperature. */
export interface StepSizes {
  /** ε of each data point, [points] */
  at(temperature: number): Float32Array;
  /** Told how the rows of all data points were accepted at a temperature, [points·chains]. */
  observe(temperature: number, acceptance: Float32Array): void;
}

/** Near what is best for HMC in high dimensions. @see Neal 2011, arXiv:1206.1901, section 4.4 */
const WANTED_ACCEPTANCE = 0.65;

/** How fast log ε follows the acceptance: at most −13 % and +7 % a transition. */
const RATE = 0.2;

/**
 * Adapts log ε by 0.2·(acceptance − 0.65) after each transition, a size for each data point, and remembers what was
 * used at each temperature.
 *
 * Chains whose step size depends on their own past do not leave a density invariant, and their weights are biased;
 * chains with the sizes that others found do, so weights belong to `fixed()` only.
 */
export class PilotStepSizes implements StepSizes {
  readonly #sizes: Float64Array;
  readonly #used = new Map<number, Float32Array>();

  /** @param initial ε at first */
  constructor(points: number, initial: number) {
    this.#sizes = new Float64Array(points).fill(initial);
  }

  at(temperature: number): Float32Array {
    const sizes = Float32Array.from(this.#sizes);
    this.#used.set(temperature, sizes);
    return sizes;
  }

  observe(_: number, acceptance: Float32Array): void {
    const chains = acceptance.length / this.#sizes.length;
    for (let point = 0; point < this.#sizes.length; point++) {
      const rows = acceptance.subarray(point * chains, (point + 1) * chains);
      const mean = rows.reduce((sum, value) => sum + value, 0) / chains;
      this.#sizes[point]! *= Math.exp(RATE * (mean - WANTED_ACCEPTANCE));
    }
  }

  /** The sizes that were used at each temperature, from now on whatever happens. */
  fixed(): StepSizes {
    const used = new Map(this.#used);
    return { at: (temperature) => used.get(temperature)!, observe() {} };
  }
}
