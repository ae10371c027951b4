// Distributions on the plane that a density model is tried on: draws by key, and the density itself, in float64.
import type { Key } from '@flowvae/random';

/** A distribution on the plane. */
export interface Toy {
  /** Draws [count, 2], row-major. Point i depends on the key and i only. */
  sample(key: Key, count: number): Float32Array;
  /** log p(x, y), nats; −∞ outside the support. */
  logDensity(x: number, y: number): number;
  /** −E[log p], nats: no model's held-out log-likelihood exceeds −entropy, up to the noise of the sample. */
  readonly entropy: number;
  /** Nearly everything lies within ±reach in both coordinates. */
  readonly reach: number;
}

/** log N(x; mean, std²). */
export const logNormal = (x: number, mean: number, std: number): number =>
  -0.5 * ((x - mean) / std) ** 2 - Math.log(std) - 0.5 * Math.log(2 * Math.PI);

/** log of the mean of exponentials. */
export function logMeanExp(values: readonly number[]): number {
  const largest = values.reduce((a, b) => Math.max(a, b));
  if (largest === Number.NEGATIVE_INFINITY) return largest;
  return largest + Math.log(values.reduce((sum, value) => sum + Math.exp(value - largest), 0) / values.length);
}

/** Makes points one by one. */
export function pointsOf(count: number, point: (i: number) => readonly [x: number, y: number]): Float32Array {
  const points = new Float32Array(2 * count);
  for (let i = 0; i < count; i++) points.set(point(i), 2 * i);
  return points;
}
