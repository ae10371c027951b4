// The draws of the public face: lengths are checked, arrays are made, and one of the two implementations fills them.

import { ExpectationError } from '@flowvae/tensor/plain';
import { bytes } from '#kernels';
import type { BulkDraws } from './bulk-draws.ts';
import { checkWhole, type Key, key } from './key.ts';
import { referenceDraws } from './reference.ts';
import { wasmDraws } from './wasm-draws.ts';

const kernels = wasmDraws(bytes());
if (kernels) refuseStale(kernels);
const draws = kernels ?? referenceDraws;

/** Which implementation serves bulk draws. Both give the same bits; the first is many times as fast. */
export const bulkDraws: 'wasm-simd' | 'typescript' = kernels ? 'wasm-simd' : 'typescript';

/**
 * Uniform uint32 words.
 *
 * Here and in every draw below, element i depends on the key and on i only: a longer draw starts with the shorter one.
 *
 * @param out how many, or an array to fill
 * @throws ExpectationError if a length is not a whole number
 */
export function drawBits(key: Key, out: number | Uint32Array): Uint32Array {
  const filled = typeof out === 'number' ? new Uint32Array(checkedLength('drawBits: out', out)) : out;
  draws.bits(key, filled);
  return filled;
}

/** Uniform numbers in [0, 1), multiples of 2^-24. `out` as in {@link drawBits}. */
export function drawUniform(key: Key, out: number | Float32Array): Float32Array {
  const filled = typeof out === 'number' ? new Float32Array(checkedLength('drawUniform: out', out)) : out;
  draws.uniform(key, filled);
  return filled;
}

/** Standard normal numbers, none beyond ±6.67. `out` as in {@link drawBits}. */
export function drawNormal(key: Key, out: number | Float32Array): Float32Array {
  const filled = typeof out === 'number' ? new Float32Array(checkedLength('drawNormal: out', out)) : out;
  draws.normal(key, filled);
  return filled;
}

/**
 * Coin flips: 1 where `drawUniform(key, …)` is below the probability, else 0.
 *
 * A probability of 0 or less never gives 1, one of 1 or more always does.
 *
 * @param out the array to fill; a new one by default
 * @throws ExpectationError if `out` has another length than the probabilities
 */
export function drawBernoulli(key: Key, probabilities: Float32Array, out?: Float32Array): Float32Array {
  const filled = out ?? new Float32Array(probabilities.length);
  checkSameLength('drawBernoulli: out', probabilities.length, filled);
  draws.bernoulli(key, probabilities, filled);
  return filled;
}

/**
 * Coin flips of image intensities: {@link drawBernoulli} with the probabilities byte/255 (rounded to float32), without
 * the array of them. A byte of 0 never gives 1, one of 255 always does.
 *
 * @param out the array to fill; a new one by default
 * @throws ExpectationError if `out` has another length than the intensities
 */
export function drawBernoulliBytes(key: Key, intensities: Uint8Array, out?: Float32Array): Float32Array {
  const filled = out ?? new Float32Array(intensities.length);
  checkSameLength('drawBernoulliBytes: out', intensities.length, filled);
  draws.bernoulliBytes(key, intensities, filled);
  return filled;
}

/**
 * Refuses kernels built from other sources than these: their numbers would differ without a sign.
 *
 * A short draw of normals uses every constant, and costs microseconds.
 *
 * @throws ExpectationError if they disagree with the reference
 */
export function refuseStale(kernels: BulkDraws): void {
  const expected = new Float32Array(64);
  const built = new Float32Array(64);
  referenceDraws.normal(key(1), expected);
  kernels.normal(key(1), built);
  if (expected.every((value, i) => Object.is(value, built[i]))) return;
  throw new ExpectationError({
    where: '@flowvae/random: wasm/random.wasm',
    expected: 'kernels that agree with src/reference.ts',
    received: 'other numbers, so it was built from another version',
    remedy: 'build it again: pnpm -r --if-present run build:wasm',
  });
}

function checkedLength(where: string, length: number): number {
  checkWhole(where, length);
  return length;
}

function checkSameLength(where: string, length: number, out: Float32Array): void {
  if (out.length === length) return;
  throw new ExpectationError({ where, expected: `${length} elements, one for each chance`, received: `${out.length}` });
}
