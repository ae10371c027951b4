// Random orders without bias; they decide which images share a batch.
import { ExpectationError } from '@flowvae/tensor/plain';
import { drawBits } from './draws.ts';
import { fold, type Key } from './key.ts';
import { wordAt } from './reference.ts';

/**
 * The numbers 0 … n − 1 in random order, each of the n! orders equally likely (Fisher-Yates).
 *
 * @throws ExpectationError if n is not a whole number below 2^32
 */
export function drawPermutation(key: Key, n: number): Uint32Array {
  if (!Number.isInteger(n) || n < 0 || n >= 2 ** 32) {
    throw new ExpectationError({
      where: 'drawPermutation: n',
      expected: 'a whole number below 2^32',
      received: String(n),
    });
  }
  const below = boundedDraws(key, n);
  const order = new Uint32Array(n);
  for (let i = 0; i < n; i++) order[i] = i;
  for (let last = n - 1; last > 0; last--) {
    const other = below(last + 1);
    const moved = order[last]!;
    order[last] = order[other]!;
    order[other] = moved;
  }
  return order;
}

/** The order of n things in an epoch, `drawPermutation(fold(key, 'epoch', epoch), n)`; the current order is cached. */
export function epochOrders(key: Key, n: number): (epoch: number) => Uint32Array {
  let current = -1;
  let order: Uint32Array = new Uint32Array(0);
  return (epoch) => {
    if (epoch !== current) {
      order = drawPermutation(fold(key, 'epoch', epoch), n);
      current = epoch;
    }
    return order;
  };
}

/**
 * Draws whole numbers in [0, bound), one word each.
 *
 * The remainder of a word would favour small numbers, so the lowest 2^32 mod bound words are skipped. This is rare, so
 * `expected` words are drawn at once and the few others one by one.
 */
export function boundedDraws(key: Key, expected: number): (bound: number) => number {
  const words = drawBits(key, expected);
  let used = 0;
  const next = () => (used < words.length ? words[used++]! : wordAt(key, used++));
  return (bound) => {
    const surplus = (-bound >>> 0) % bound; // 2^32 mod bound
    let word = next();
    while (word < surplus) word = next();
    return word % bound;
  };
}
