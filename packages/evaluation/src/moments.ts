// Mean and standard error of numbers that come one by one.

/** Streaming mean and standard error (Welford). */
export class Moments {
  count = 0;
  /** 0 before the first value. */
  mean = 0;
  #squares = 0;

  /** One infinite value makes the mean infinite; ∞ and −∞ together make it NaN. */
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

  /** Standard error of the mean; NaN for a single value. */
  get standardError(): number {
    return Math.sqrt(this.#squares / (this.count - 1) / this.count);
  }
}
