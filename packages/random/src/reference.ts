// Bulk draws in plain TypeScript, one block at a time: the reference for the WebAssembly kernels, and their substitute.
import type { BulkDraws } from './bulk-draws.ts';
import { Domain } from './counter.ts';
import { log, positiveUnit, quarterCosine, quarterPosition, quarterSine, unit } from './elementary.ts';
import type { Key } from './key.ts';
import { philox4x32, type Words } from './philox.ts';

const { fround } = Math;

export const referenceDraws: BulkDraws = {
  bits: (key, out) => fill(key, out, () => {}),
  uniform: (key, out) => fill(key, out, wordsToUniforms),
  normal: (key, out) => fill(key, out, wordsToNormals),
  bernoulli: (key, probabilities, out) => fillCoins(key, out, (i) => probabilities[i]!),
  bernoulliBytes: (key, intensities, out) => fillCoins(key, out, (i) => fround(intensities[i]! / 255)),
};

/** Word `index` of a key's stream: element `index` of its bits. */
export function wordAt(key: Key, index: number): number {
  const words: Words = [Math.floor(index / 4), 0, Domain.draw, 0];
  philox4x32(words, key.k0, key.k1);
  return words[index % 4]!;
}

/** Fills an array block by block; `become` turns four words into four elements, in place. */
function fill(key: Key, out: Uint32Array | Float32Array, become: (words: Words, start: number) => void): void {
  const words: Words = [0, 0, 0, 0];
  for (let start = 0; start < out.length; start += 4) {
    words[0] = start / 4;
    words[1] = 0;
    words[2] = Domain.draw;
    words[3] = 0;
    philox4x32(words, key.k0, key.k1);
    become(words, start);
    for (let i = 0; i < 4 && start + i < out.length; i++) out[start + i] = words[i]!;
  }
}

function fillCoins(key: Key, out: Float32Array, chance: (index: number) => number): void {
  fill(key, out, (words, start) => {
    for (let i = 0; i < 4; i++) words[i] = unit(words[i]!) < chance(start + i) ? 1 : 0;
  });
}

function wordsToUniforms(words: Words): void {
  for (let i = 0; i < 4; i++) words[i] = unit(words[i]!);
}

function wordsToNormals(words: Words): void {
  [words[0], words[1]] = boxMuller(words[0], words[1]);
  [words[2], words[3]] = boxMuller(words[2], words[3]);
}

/**
 * Two independent standard normals from two words: √(−2 log u)·(cos θ, sin θ).
 *
 * u reaches down to 2^-32, so no normal is beyond ±6.67.
 *
 * @see Box & Muller 1958, "A note on the generation of random normal deviates"
 */
function boxMuller(radial: number, angular: number): [number, number] {
  const radius = fround(Math.sqrt(fround(-2 * log(positiveUnit(radial)))));
  const t = quarterPosition(angular);
  const [x, y] = turnByQuarters((angular + 2 ** 29) >>> 30, quarterCosine(t), quarterSine(t));
  return [fround(radius * x), fround(radius * y)];
}

function turnByQuarters(quarters: number, cos: number, sin: number): [number, number] {
  if (quarters === 0) return [cos, sin];
  if (quarters === 1) return [-sin, cos];
  if (quarters === 2) return [-cos, -sin];
  return [sin, -cos];
}
