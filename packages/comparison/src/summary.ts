// Mean, standard deviation and standard error of a few numbers.

/** A sample in four numbers. */
export interface Summary {
  readonly n: number;
  /** NaN of an empty sample. */
  readonly mean: number;
  /** Standard deviation, with n − 1 in the denominator; NaN for fewer than two numbers. */
  readonly sd: number;
  /** Standard error of the mean, sd/√n; NaN for fewer than two numbers. */
  readonly se: number;
}

/** Summarises a sample, in two passes: a large mean costs the deviation no digits. */
export function summarise(values: ArrayLike<number>): Summary {
  const n = values.length;
  const mean = meanOf(values);
  const sd = n < 2 ? Number.NaN : Math.sqrt(squaresAbout(values, mean) / (n - 1));
  return { n, mean, sd, se: sd / Math.sqrt(n) };
}

/** The mean, in two passes: equal numbers have exactly their value as mean. NaN of an empty sample. */
export function meanOf(values: ArrayLike<number>): number {
  const first = sumAbout(values, 0) / values.length;
  return Number.isFinite(first) ? first + sumAbout(values, first) / values.length : first;
}

/** Σ (x − centre). */
function sumAbout(values: ArrayLike<number>, centre: number): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i]! - centre;
  return sum;
}

/** Σ (x − centre)². */
function squaresAbout(values: ArrayLike<number>, centre: number): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += (values[i]! - centre) ** 2;
  return sum;
}
