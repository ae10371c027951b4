// Numbers with their standard errors, and the verdict on two of them.

/** A number and its standard error. */
export interface Estimate {
  readonly value: number;
  /** 0: the number is exact. */
  readonly error: number;
}

const mean = (values: ArrayLike<number>) => Array.from(values).reduce((sum, value) => sum + value, 0) / values.length;

/** Mean and its standard error. */
export function meanOf(values: ArrayLike<number>): Estimate {
  const value = mean(values);
  const squares = Array.from(values).reduce((sum, each) => sum + (each - value) ** 2, 0);
  return { value, error: Math.sqrt(squares / (values.length - 1) / values.length) };
}

/** √(π/2)/1.349: the standard error of a normal sample's median is so many interquartile ranges over √n. */
const MEDIAN_FACTOR = Math.sqrt(Math.PI / 2) / 1.349;

/** Median, and its standard error by the interquartile range, which single slow runs do not change. */
export function medianOf(values: readonly number[]): Estimate {
  const sorted = values.toSorted((a, b) => a - b);
  const range = quantileOf(sorted, 0.75) - quantileOf(sorted, 0.25);
  return { value: quantileOf(sorted, 0.5), error: (MEDIAN_FACTOR * range) / Math.sqrt(values.length) };
}

/** The quantile of sorted values, between its two neighbours. */
export function quantileOf(sorted: ArrayLike<number>, share: number): number {
  const place = share * (sorted.length - 1);
  const below = Math.floor(place);
  const above = Math.min(below + 1, sorted.length - 1);
  return sorted[below]! + (place - below) * (sorted[above]! - sorted[below]!);
}

/** A measurement of both models. */
export interface Measure {
  readonly name: string;
  /** Digits behind the point in the table. */
  readonly digits: number;
  /** Whether less is better, or both were made equal. */
  readonly goal: 'less' | 'equal';
  readonly glow: Estimate;
  readonly vae: Estimate;
  /** Glow less VAE; of the same images its error is that of the differences. */
  readonly difference: Estimate;
}

/** The words of a measurement. */
export type MeasureWords = Pick<Measure, 'name' | 'digits'> & Partial<Pick<Measure, 'goal'>>;

/** Two independent numbers. */
export function measureOf(words: MeasureWords, glow: Estimate, vae: Estimate): Measure {
  const error = Math.hypot(glow.error, vae.error);
  return { goal: 'less', ...words, glow, vae, difference: { value: glow.value - vae.value, error } };
}

/** Means over the same images: an image that is hard for one model is hard for the other. */
export function pairedMeasure(words: MeasureWords, glow: readonly number[], vae: readonly number[]): Measure {
  const difference = meanOf(glow.map((value, i) => value - vae[i]!));
  return { goal: 'less', ...words, glow: meanOf(glow), vae: meanOf(vae), difference };
}

/** Differences of fewer standard errors are none. */
const ERRORS = 2;

/** Models whose sizes differ by less are equally large. */
const EQUAL_WITHIN = 0.1;

/** The better model by the numbers and their errors. */
export function betterOf({ goal, glow, difference: { value, error } }: Omit<Measure, 'name' | 'digits'>): string {
  if (goal === 'equal') return Math.abs(value) <= EQUAL_WITHIN * glow.value ? 'equal within 10 %' : 'not equal';
  if (!(Math.abs(value) > ERRORS * error)) return 'no difference';
  return value < 0 ? 'Glow' : 'VAE';
}
