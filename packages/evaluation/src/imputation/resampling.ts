// Importance resampling: samples chosen with probabilities in proportion to their weights.
import { drawBits, type Key } from '@flowvae/random';

/**
 * M independent choices of one of S samples, sample s with probability w_s / Σ w (multinomial resampling).
 *
 * Uniforms have 48 bits, so that a choice is exact to 2^-48 also among millions of samples.
 * @param logWeights [S], nats; at least one above −∞
 * @returns M indices; more choices start with the fewer
 * @see Rubin 1987, JASA 82(398), pp. 543-546 (sampling/importance resampling)
 */
export function resample(logWeights: Float32Array | Float64Array, choices: number, key: Key): number[] {
  let largest = Number.NEGATIVE_INFINITY;
  for (const value of logWeights) largest = Math.max(largest, value);
  const cumulative = new Float64Array(logWeights.length);
  let sum = 0;
  for (const [s, value] of logWeights.entries()) {
    sum += Math.exp(value - largest);
    cumulative[s] = sum;
  }
  const bits = drawBits(key, 2 * choices);
  return Array.from({ length: choices }, (_, m) => {
    const uniform = (bits[2 * m]! * 2 ** 16 + (bits[2 * m + 1]! >>> 16)) * 2 ** -48;
    return firstAbove(cumulative, uniform * sum);
  });
}

/** The first index whose value is above the limit, in increasing values, of which the last one is. */
function firstAbove(increasing: Float64Array, limit: number): number {
  let [from, to] = [0, increasing.length - 1];
  while (from < to) {
    const middle = (from + to) >>> 1;
    if (increasing[middle]! > limit) to = middle;
    else from = middle + 1;
  }
  return from;
}
