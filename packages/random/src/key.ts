// Keys: the source of random numbers, and the derivation of many keys from one.
import { ExpectationError } from '@flowvae/tensor/plain';
import { Domain } from './counter.ts';
import { philox4x32, type Words } from './philox.ts';

const utf8 = new TextEncoder();

/** A source of random numbers, as a value: two uint32 words. The same key gives the same numbers, always. */
export interface Key {
  readonly k0: number;
  readonly k1: number;
}

/**
 * The key of a seed: its lower and its upper 32 bits.
 *
 * @throws ExpectationError if the seed is not a whole number in [0, 2^53)
 */
export function key(seed: number): Key {
  checkWhole('key: seed', seed);
  return { k0: lowerHalf(seed), k1: upperHalf(seed) };
}

/**
 * Derives a key for a purpose (`'noise'`), a step (`7`) or a path of both: `fold(key, 'noise', 7)`.
 *
 * Each part is one Philox block in its own domain, so a derived key's numbers are independent of its parent's, and
 * `fold(fold(key, a), b)` is `fold(key, a, b)`. The order of the parts matters; `7` and `'7'` differ. Use a key for one
 * draw only: fold a new one for each draw.
 *
 * @param parts texts, hashed to 64 bits (FNV-1a of their UTF-8 form), and whole numbers in [0, 2^53)
 * @throws ExpectationError if a number is not a whole one in that range
 */
export function fold(key: Key, ...parts: (number | string)[]): Key {
  let { k0, k1 } = key;
  for (const part of parts) {
    const words: Words = typeof part === 'string' ? purposeCounter(part) : stepCounter(part);
    philox4x32(words, k0, k1);
    k0 = words[0];
    k1 = words[1];
  }
  return { k0, k1 };
}

function stepCounter(step: number): Words {
  checkWhole('fold: step', step);
  return [lowerHalf(step), upperHalf(step), Domain.step, 0];
}

function purposeCounter(purpose: string): Words {
  const hash = fnv1a(utf8.encode(purpose));
  return [Number(hash & 0xffffffffn), Number(hash >> 32n), Domain.purpose, 0];
}

/** FNV-1a, 64 bits. */
function fnv1a(bytes: Uint8Array): bigint {
  let hash = 0xcbf29ce484222325n;
  for (const byte of bytes) hash = BigInt.asUintN(64, (hash ^ BigInt(byte)) * 0x100000001b3n);
  return hash;
}

const lowerHalf = (whole: number) => whole % 2 ** 32;
const upperHalf = (whole: number) => Math.floor(whole / 2 ** 32);

/** Refuses a number that is not whole or not in [0, 2^53). */
export function checkWhole(where: string, value: number): void {
  if (Number.isSafeInteger(value) && value >= 0) return;
  throw new ExpectationError({ where, expected: 'a whole number from 0 to 2^53 - 1', received: String(value) });
}
