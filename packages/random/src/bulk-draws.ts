// The interface of bulk draws; its two implementations agree bit for bit.
import type { Key } from './key.ts';

/**
 * Fills whole arrays. Element i depends on the key and i alone (and on the chance beside it): with w[i] word i % 4 of
 * the block at counter (⌊i/4⌋, 0, 0, 0),
 *
 * - bits: w[i]
 * - uniform: ⌊w[i]/2^8⌋/2^24
 * - normal: r·cos θ for even i, r·sin θ after it, where r = √(−2 log u) with u in (0, 1] from w[i] and θ = 2π·w[i +
 *   1]/2^32
 * - Bernoulli: 1 where the uniform is below the chance, else 0
 */
export interface BulkDraws {
  bits(key: Key, out: Uint32Array): void;
  uniform(key: Key, out: Float32Array): void;
  normal(key: Key, out: Float32Array): void;
  bernoulli(key: Key, probabilities: Float32Array, out: Float32Array): void;
  bernoulliBytes(key: Key, intensities: Uint8Array, out: Float32Array): void;
}
