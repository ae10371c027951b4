// Mean and standard error of numbers that come one by one.

/** Streaming mean and standard error (Welford). */
export class Moments {
  count = 0;
  /** 0 of no value. */
  mean = 0;
  #squares = 0;

  /** An infinite value makes the mean infinite, as in a sum; ∞ and −∞ together have none. */
  add(value: number): void {
    this.count++;
    if (!Number.isFinite(value) || !Number.isFinite(this.mean)) {
      this.mean += value;
      this.#squares = Number.NaN;
      return;
    }
    const delta = value - this.mean;
    this.mean += delta / this.count;
    this.#squares += delta * (value - this.mean);
  }

  /** Of the mean; NaN of a single value. */
  get standardError(): number {
    return Math.sqrt(this.#squares / (this.count - 1) / this.count);
  }
}
