// Step sizes by dual averaging.

/** Settings of the paper: shrinkage, early damping, and decay of the weight of early sizes. */
const [GAMMA, DELAY, KAPPA] = [0.05, 10, 0.75];

/** Nats by which the sizes are drawn above the first one, so that large ones are tried early. */
const AMBITION = Math.log(10);

/**
 * Finds the step size whose acceptance is the wanted one.
 *
 * log ε_{t+1} = μ − √t/γ·H̄_t, H̄_t the weighted mean of (wanted − acceptance), μ = log 10ε₁; the result is a mean of
 * log ε_t with weights that fall towards the early ones.
 * @see Hoffman & Gelman 2014, arXiv:1111.4246, section 3.2
 */
export class DualAveraging {
  readonly #wanted: number;
  readonly #centre: number;
  #steps = 0;
  #shortfall = 0;
  #logSize: number;
  #logMean = 0;

  /** @param first the first step size, ε₁ */
  constructor(wanted: number, first: number) {
    this.#wanted = wanted;
    this.#logSize = Math.log(first);
    this.#centre = this.#logSize + AMBITION;
  }

  /** The size to try next. */
  get size(): number {
    return Math.exp(this.#logSize);
  }

  /** The size to keep; the first one before any was observed. */
  get settled(): number {
    return Math.exp(this.#steps === 0 ? this.#logSize : this.#logMean);
  }

  /** Takes the acceptance of a transition with `size`. */
  observe(acceptance: number): void {
    const t = ++this.#steps;
    const share = 1 / (t + DELAY);
    this.#shortfall = (1 - share) * this.#shortfall + share * (this.#wanted - acceptance);
    this.#logSize = this.#centre - (Math.sqrt(t) / GAMMA) * this.#shortfall;
    const weight = t ** -KAPPA;
    this.#logMean = weight * this.#logSize + (1 - weight) * this.#logMean;
  }
}
