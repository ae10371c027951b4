// Keys: folding separates streams, permutations are fair, and wrong arguments are refused in words.
import {
  drawBernoulli,
  drawBernoulliBytes,
  drawBits,
  drawNormal,
  drawPermutation,
  drawUniform,
  fold,
  type Key,
  key,
} from '@flowvae/random';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { boundedDraws } from '../../packages/random/src/permutation.ts';
import { chiSquareScore, correlationScore } from './statistics.ts';

const seed = key(99);
const text = ({ k0, k1 }: Key) => `${k0}/${k1}`;

describe('fold', () => {
  test('a path is the folds one after another, and its order matters', () => {
    expect(fold(seed, 'noise', 7)).toEqual(fold(fold(seed, 'noise'), 7));
    expect(fold(seed, 'noise', 7)).not.toEqual(fold(seed, 7, 'noise'));
    expect(fold(seed)).toEqual(seed);
  });

  test('a number and its text differ, as do the empty text and nothing', () => {
    expect(fold(seed, 7)).not.toEqual(fold(seed, '7'));
    expect(fold(seed, '')).not.toEqual(seed);
  });

  test('no two of many keys are equal', () => {
    const steps = [...Array(20_000).keys(), 2 ** 32, 2 ** 53 - 1];
    const purposes = ['noise', 'epoch', 'dynamic', 'Noise', 'esion', 'größe', '雑音'];
    const all = [seed, ...steps.map((step) => fold(seed, step)), ...purposes.map((purpose) => fold(seed, purpose))];
    expect(new Set(all.map(text)).size).toBe(all.length);
  });

  test("a derived key is no part of its parent's stream, though a fold of step 0 counts the same block", () => {
    const parent = new Set(drawBits(seed, 40_000));
    for (const part of [0, 1, 9999, 'noise']) {
      const { k0, k1 } = fold(seed, part);
      expect(parent.has(k0) || parent.has(k1)).toBe(false);
    }
  });

  test.each([
    [['noise'], ['dynamic']],
    [[0], [1]],
    [
      ['noise', 5],
      ['noise', 6],
    ],
    [[], ['noise']],
  ])('the streams of %j and %j are independent', (a, b) => {
    const n = 100_000;
    const [first, second] = [drawUniform(fold(seed, ...a), n), drawUniform(fold(seed, ...b), n)];
    expect(Math.abs(correlationScore(first, second))).toBeLessThan(4);
    const cells = new Float64Array(256);
    first.forEach((u, i) => {
      cells[Math.floor(u * 16) * 16 + Math.floor(second[i]! * 16)]! += 1;
    });
    expect(Math.abs(chiSquareScore(cells))).toBeLessThan(4);
  });

  test('the first words of successive steps are uniform; the steps themselves would not be', () => {
    const counts = new Float64Array(64);
    for (let step = 0; step < 20_000; step++) counts[drawBits(fold(seed, step), 1)[0]! >>> 26]! += 1;
    expect(Math.abs(chiSquareScore(counts))).toBeLessThan(4);
    const mutant = new Float64Array(64);
    for (let step = 0; step < 20_000; step++) mutant[step >>> 26]! += 1;
    expect(chiSquareScore(mutant)).toBeGreaterThan(100);
  });
});

describe('drawPermutation', () => {
  test('holds every number once, for any length', () => {
    fc.assert(
      fc.property(fc.nat(300), fc.nat(), (n, s) => {
        expect([...drawPermutation(key(s), n)].sort((a, b) => a - b)).toEqual([...Array(n).keys()]);
      }),
      { seed: 1, numRuns: 100 },
    );
  });

  test('all orders of four are equally likely; those of a naive shuffle are not', () => {
    const orders = (shuffle: (k: Key) => ArrayLike<number>) => {
      const counts = new Map<string, number>();
      for (let i = 0; i < 24_000; i++) {
        const order = Array.from(shuffle(fold(seed, 'orders', i))).join('');
        counts.set(order, (counts.get(order) ?? 0) + 1);
      }
      return [...counts.values()];
    };
    const fair = orders((k) => drawPermutation(k, 4));
    expect(fair).toHaveLength(24);
    expect(Math.abs(chiSquareScore(fair))).toBeLessThan(4);
    expect(chiSquareScore(orders(naiveShuffle))).toBeGreaterThan(20);
  });

  test('bounded draws are unbiased where the bound does not divide 2^32, also beyond the words drawn at once', () => {
    const bound = 3 * 2 ** 30; // the remainder alone would give the first third twice its share
    const n = 30_000;
    const thirds = (draw: (i: number) => number) => {
      const counts = new Float64Array(3);
      for (let i = 0; i < n; i++) counts[Math.floor(draw(i) / 2 ** 30)]! += 1;
      return chiSquareScore(counts);
    };
    const below = boundedDraws(seed, n);
    expect(Math.abs(thirds(() => below(bound)))).toBeLessThan(4);
    const words = drawBits(seed, n);
    expect(thirds((i) => words[i]! % bound)).toBeGreaterThan(100);
  });

  test('differs by key, not by call', () => {
    expect(drawPermutation(seed, 1000)).toEqual(drawPermutation(seed, 1000));
    expect(drawPermutation(seed, 1000)).not.toEqual(drawPermutation(fold(seed, 1), 1000));
  });
});

/** The mutant: exchanges each place with any place, which cannot give 24 orders equal shares of 4^4 paths. */
function naiveShuffle(k: Key): number[] {
  const order = [0, 1, 2, 3];
  drawBits(k, 4).forEach((word, i) => {
    const other = word % 4;
    [order[i], order[other]] = [order[other]!, order[i]!];
  });
  return order;
}

const whole = 'a whole number from 0 to 2^53 - 1';
test.each([
  [() => key(-1), `key: seed: expected ${whole}, got -1`],
  [() => key(0.5), `key: seed: expected ${whole}, got 0.5`],
  [() => key(2 ** 53), `key: seed: expected ${whole}, got 9007199254740992`],
  [() => key(Number.NaN), `key: seed: expected ${whole}, got NaN`],
  [() => fold(seed, 'noise', -3), `fold: step: expected ${whole}, got -3`],
  [() => drawBits(seed, -1), `drawBits: out: expected ${whole}, got -1`],
  [() => drawUniform(seed, 1.5), `drawUniform: out: expected ${whole}, got 1.5`],
  [() => drawNormal(seed, Number.POSITIVE_INFINITY), `drawNormal: out: expected ${whole}, got Infinity`],
  [
    () => drawBernoulli(seed, new Float32Array(3), new Float32Array(4)),
    'drawBernoulli: out: expected 3 elements, one for each chance, got 4',
  ],
  [
    () => drawBernoulliBytes(seed, new Uint8Array(3), new Float32Array(2)),
    'drawBernoulliBytes: out: expected 3 elements, one for each chance, got 2',
  ],
  [() => drawPermutation(seed, -1), 'drawPermutation: n: expected a whole number below 2^32, got -1'],
])('a wrong argument is refused in words (%#)', (call, message) => {
  expect(call).toThrow(expect.objectContaining({ name: 'ExpectationError', message }));
});
