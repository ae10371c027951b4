// Step sizes of Hamiltonian Monte Carlo for each temperature: pilot chains learn them, then they are fixed.

/** Step sizes of data points at each temperature. */
export interface StepSizes {
  /** ε of each data point, [points] */
  at(temperature: number): Float32Array;
  /** Called with the acceptance of all rows at a temperature, [points·chains]. */
  observe(temperature: number, acceptance: Float32Array): void;
}

/** Close to the optimum for HMC in high dimensions. @see Neal 2011, arXiv:1206.1901, section 4.4 */
const WANTED_ACCEPTANCE = 0.65;

/** Rate at which log ε follows the acceptance: at most −13 % and +7 % per transition. */
const RATE = 0.2;

/**
 * Adapts log ε by 0.2·(acceptance − 0.65) after each transition, separately for each data point, and records the size
 * used at each temperature.
 *
 * A chain whose step size depends on its own past does not leave the density invariant, and its weights are biased.
 * Sizes from other chains avoid this, so compute weights with `fixed()` only.
 */
export class PilotStepSizes implements StepSizes {
  readonly #sizes: Float64Array;
  readonly #used = new Map<number, Float32Array>();

  /** @param initial the first ε */
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

  /** The recorded sizes of each temperature; later adaptation does not change them. */
  fixed(): StepSizes {
    const used = new Map(this.#used);
    return { at: (temperature) => used.get(temperature)!, observe() {} };
  }
}
