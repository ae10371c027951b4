// Mean and standard error of numbers that come one by one.

/** Streaming mean and standard error (Welford). */
export class Moments {
  count = 0;
  /** 0 of no value. */
  mean = 0;
  #squares = 0;

  add(value: number): void {
    this.count++;
    const delta = value - this.mean;
    this.mean += delta / this.count;
    this.#squares += delta * (value - this.mean);
  }

  /** Of the mean; NaN of a single value. */
  get standardError(): number {
    return Math.sqrt(this.#squares / (this.count - 1) / this.count);
  }
}
