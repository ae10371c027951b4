// Initial decoder outputs, computed from the mean of the data, and from their deviation where they are real numbers.
// Other values lie in [0, 1].
import { LEVELS } from '@flowvae/distributions';

/**
 * Pixels that are always off or always on would have infinite logits. @see Burda et al. 2016, arXiv:1509.00519
 * (author's code)
 */
const MEAN_RANGE = [0.001, 0.999] as const;

const clippedMean = (mean: number): number => Math.min(Math.max(mean, MEAN_RANGE[0]), MEAN_RANGE[1]);

/** The logit of a mean. */
export function logitOfMean(mean: number): number {
  const clipped = clippedMean(mean);
  return Math.log(clipped / (1 - clipped));
}

/** The largest standard deviation that values with a mean can have: when each is 0 or 1. */
const widestStd = (mean: number): number => Math.sqrt(clippedMean(mean) * (1 - clippedMean(mean)));

/** log of the root mean square of the largest standard deviations that values with these means can have. */
export const widestLogStd = (means: Float32Array): number =>
  0.5 * Math.log(means.reduce((sum, mean) => sum + widestStd(mean) ** 2, 0) / means.length);

/** Log scales are taken within ±7 by `gaussian`; a start outside would have half of its gradient. */
const LOG_STD_REACH = 7;

/**
 * log of a standard deviation in the model's units, within the range that densities take.
 *
 * A constant starts at deviation 1: a new decoder's outputs vary by about 1. At the floor each would cost 10⁵ nats, and
 * its gradient would rule those of all other variables for thousands of steps.
 */
export function startLogStd(deviation: number): number {
  const logStd = Math.log(deviation);
  return logStd < -LOG_STD_REACH ? 0 : Math.min(logStd, LOG_STD_REACH);
}

/** log of the root mean square of standard deviations: the one scale that describes them all. */
export const sharedLogStd = (deviations: Float32Array): number =>
  startLogStd(Math.sqrt(deviations.reduce((sum, each) => sum + each ** 2, 0) / deviations.length));

/** log of a class's share, up to a constant. */
export const logOfShare = (share: number): number => Math.log(clippedMean(share));

/**
 * Tilts above this would make a pixel that is seldom bright cost hundreds of nats when it is. Their means are 0.02 and
 * 0.98.
 */
const STEEPEST = 50;

/** Mean of the density ∝ e^(ηx) on [0, 1]. */
const meanOfTilt = (eta: number) => (Math.abs(eta) < 1e-3 ? 0.5 + eta / 12 : 1 / -Math.expm1(-eta) - 1 / eta);

/**
 * η of the density ∝ e^(ηx) on [0, 1] with a mean, which of all with this mean has the largest entropy. By bisection.
 */
export function tiltOfMean(mean: number): number {
  let [low, high] = [-STEEPEST, STEEPEST];
  for (let i = 0; i < 50; i++) {
    const middle = (low + high) / 2;
    if (meanOfTilt(middle) < mean) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/** The value below which a share q of the density ∝ e^(ηx) on [0, 1] lies. */
const tiltQuantile = (eta: number, q: number): number =>
  Math.abs(eta) < 1e-3 ? q : Math.log1p(q * Math.expm1(eta)) / eta;

/** Logits [P, levels] of the levels with each mean and the largest entropy. */
export function tiltedLevels(means: Float32Array): Float32Array {
  const tilts = means.map(tiltOfMean);
  return Float32Array.from(
    { length: means.length * LEVELS },
    (_, i) => (tilts[Math.floor(i / LEVELS)]! * (i % LEVELS)) / (LEVELS - 1),
  );
}

/** Largest logit of an intensity: that of 1 − 1e-4. */
const LARGEST_LOGIT = Math.log((1 - 1e-4) / 1e-4);

/** Means, then log deviations, [2, P], of logits of values that are each 0 or 1. */
export function widestLogitNormal(means: Float32Array): Float32Array {
  const centres = means.map((mean) => LARGEST_LOGIT * (2 * mean - 1));
  const logStds = means.map((mean) => Math.log(2 * LARGEST_LOGIT * widestStd(mean)));
  return joined([centres, logStds]);
}

/**
 * Logits, means, log scales, [3, M, P]: components of equal weight at the quantiles of the density with each mean and
 * the largest entropy, each as wide as its share of the range.
 */
export function spreadComponents(means: Float32Array, components: number): Float32Array {
  const rows = Array.from({ length: components }, (_, m) => m);
  const tilts = means.map(tiltOfMean);
  const centres = rows.map((m) => tilts.map((eta) => 2 * tiltQuantile(eta, (m + 0.5) / components) - 1));
  const filled = (value: number) => rows.map(() => new Float32Array(means.length).fill(value));
  return joined([...filled(0), ...centres, ...filled(-Math.log(2 * components))]);
}

function joined(parts: readonly Float32Array[]): Float32Array {
  const whole = new Float32Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
