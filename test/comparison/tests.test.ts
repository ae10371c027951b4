// Tests by signs and by divisions beside SciPy 1.17.1 (scipy.stats.permutation_test) and beside brute force.
import {
  bootstrapInterval,
  pairedDifference,
  permutationTest,
  signFlipTest,
  signFlipTests,
  summarise,
} from '@flowvae/comparison';
import { drawNormal, fold, key } from '@flowvae/random';
import { describe, expect, it } from 'vitest';

const values = [0.3, -0.1, 0.5, 0.2, 0.8, -0.4, 0.6];

/** The share of the 2ⁿ signs whose sum is as far from 0. */
function bySigns(d: readonly number[]): number {
  const observed = Math.abs(d.reduce((sum, x) => sum + x, 0));
  let hits = 0;
  for (let signs = 0; signs < 2 ** d.length; signs++) {
    const sum = d.reduce((total, x, i) => total + ((signs >> i) & 1 ? x : -x), 0);
    if (Math.abs(sum) >= observed - 1e-9) hits++;
  }
  return hits / 2 ** d.length;
}

describe('signFlipTest', () => {
  it("is SciPy's over all signs", () => {
    expect(signFlipTest(values, { key: key(0) })).toEqual({ p: 0.15625, isExact: true });
  });

  it.each([1, 2, 5, 13, 16])('is that of brute force with %d values', (n) => {
    const d = [...drawNormal(fold(key(4), n), n)].map((x) => x + 0.4);
    expect(signFlipTest(d, { key: key(0) })).toEqual({ p: bySigns(d), isExact: true });
  });

  it('counts ties in spite of rounding: of equal values two signs of 2ⁿ are as far', () => {
    expect(signFlipTest(Array(12).fill(0.1), { key: key(0) }).p).toBe(2 / 2 ** 12);
  });

  it('draws signs for more values, near the exact share, and never gives 0', () => {
    const d = [...drawNormal(key(9), 18)].map((x) => x + 0.45);
    const exact = bySigns(d);
    const { p, isExact } = signFlipTest(d, { key: key(1) });
    expect(isExact).toBe(false);
    expect(Math.abs(p - exact)).toBeLessThan(4 * Math.sqrt((exact * (1 - exact)) / 9999));
    expect(signFlipTest(Array(100).fill(1), { key: key(1), draws: 99 }).p).toBe(0.01);
    expect(signFlipTest(d, { key: key(1) }).p).toBe(p);
    expect(signFlipTest(d, { key: key(2) }).p).not.toBe(p);
  });

  it('of no difference is 1', () => {
    expect(signFlipTest(new Float64Array(5), { key: key(0) }).p).toBe(1);
  });

  it.each([5, 40])('is not known of %d values with one that is not finite', (n) => {
    for (const odd of [Number.NaN, Number.POSITIVE_INFINITY]) {
      expect(signFlipTest([odd, ...Array(n - 1).fill(1)], { key: key(0) }).p).toBeNaN();
    }
  });
});

it('signFlipTests sees small differences of large scores, and counts their ties', () => {
  const easy = Float64Array.from({ length: 12 }, (_, i) => 1e9 * (i + 1));
  const worse = easy.map((x) => x + 2 ** -10);
  const diverged = easy.map((x) => x * 1e6);
  const columns = [diverged, easy, worse];
  const [far, near] = signFlipTests(
    columns,
    [
      [0, 1],
      [2, 1],
    ],
    { key: key(0) },
  );
  expect([far!.p, near!.p]).toEqual([2 / 2 ** 12, 2 / 2 ** 12]);
});

it('signFlipTests of a column that is not finite leaves the other pairs as they are, and refuses other lengths', () => {
  const columns = [0, 1].map((c) => Float64Array.from(drawNormal(fold(key(8), c), 9)));
  const pairs = [
    [0, 1],
    [0, 2],
  ] as const;
  const [known, unknown] = signFlipTests([...columns, Array(9).fill(Number.NaN)], pairs, { key: key(0) });
  expect(known).toEqual(signFlipTests(columns, [[0, 1]], { key: key(0) })[0]);
  expect(unknown!.p).toBeNaN();
  expect(() => signFlipTests([[1, 2], [1]], [[0, 1]], { key: key(0) })).toThrow('expected 2 values, got 1');
});

it('signFlipTests of pairs are the tests of their differences', () => {
  const columns = [0, 1, 2].map((c) => drawNormal(fold(key(5), c), 70));
  const pairs = [
    [0, 1],
    [2, 0],
  ] as const;
  const together = signFlipTests(columns, pairs, { key: key(3), draws: 499 });
  for (const [i, [a, b]] of pairs.entries()) {
    const d = Float64Array.from(columns[a]!, (x, k) => x - columns[b]![k]!);
    expect(together[i]).toEqual(signFlipTest(d, { key: key(3), draws: 499 }));
  }
});

describe('permutationTest', () => {
  const a = [12.1, 11.4, 13.0, 12.6, 11.9];
  const b = [10.8, 12.2, 11.1, 11.5];

  it('is the share of the divisions by brute force', () => {
    const all = [...a, ...b];
    const far = (first: readonly number[], second: readonly number[]) =>
      Math.abs(summarise(first).mean - summarise(second).mean);
    let [hits, count] = [0, 0];
    for (let chosen = 0; chosen < 2 ** all.length; chosen++) {
      const first = all.filter((_, i) => (chosen >> i) & 1);
      if (first.length !== a.length) continue;
      count++;
      if (
        far(
          first,
          all.filter((_, i) => !((chosen >> i) & 1)),
        ) >=
        far(a, b) - 1e-9
      )
        hits++;
    }
    expect(permutationTest(a, b, { key: key(0) })).toEqual({ p: hits / count, isExact: true });
    expect(count).toBe(126);
  });

  it('cannot be below 0.1 with 3 against 3, however large the values are beside their spread', () => {
    expect(permutationTest([1, 2, 3], [7, 8, 9], { key: key(0) }).p).toBe(0.1);
    for (const offset of [97.1, 12345.6, 1e7 / 3]) {
      const [low, high] = [0, 0.07].map((shift) => [0.01, 0.02, 0.03].map((x) => offset + x + shift));
      expect(permutationTest(low!, high!, { key: key(0) }).p).toBe(0.1);
      expect(permutationTest(high!, low!, { key: key(0) }).p).toBe(0.1);
    }
  });

  it('is the same with the samples changed over, also of one value against very many', () => {
    const many = Array.from({ length: 20_000 }, (_, i) => i);
    expect(permutationTest(many, [30_000], { key: key(0) })).toEqual({ p: 1 / 20_001, isExact: true });
    expect(permutationTest([30_000], many, { key: key(0) })).toEqual({ p: 1 / 20_001, isExact: true });
  });

  it('is not known of no values, or of one that is not finite', () => {
    expect(permutationTest([], [1], { key: key(0) }).p).toBeNaN();
    expect(permutationTest([1, Number.NaN], [1, 2], { key: key(0) }).p).toBeNaN();
  });

  it('draws divisions where there are more than 2^16', () => {
    const many = (shift: number) => [...drawNormal(fold(key(2), shift), 12)].map((x) => x + shift);
    const far = permutationTest(many(0), many(3), { key: key(1), draws: 999 });
    expect(far).toEqual({ p: 0.001, isExact: false });
    expect(permutationTest(many(0), many(0), { key: key(1), draws: 99 }).p).toBe(1);
  });
});

describe('bootstrapInterval', () => {
  const skewed = Float64Array.from(drawNormal(key(6), 120), (x) => Math.exp(x));

  it('leans to the long side of a skewed sample', () => {
    const { mean } = summarise(skewed);
    const { from, to } = bootstrapInterval(skewed, { key: key(0) });
    expect(to - mean).toBeGreaterThan(1.1 * (mean - from));
  });

  it('depends on the key alone, moves with the sample, and widens with the level', () => {
    const at = (shift: number, level: number, seed: number) =>
      bootstrapInterval(
        skewed.map((x) => x + shift),
        { key: key(seed), level },
      );
    expect(at(0, 0.95, 1)).toEqual(at(0, 0.95, 1));
    expect(at(0, 0.95, 1)).not.toEqual(at(0, 0.95, 2));
    expect(at(5, 0.95, 1).from).toBeCloseTo(at(0, 0.95, 1).from + 5, 9);
    expect(at(0, 0.99, 1).from).toBeLessThan(at(0, 0.95, 1).from);
    expect(at(0, 0.99, 1).to).toBeGreaterThan(at(0, 0.95, 1).to);
  });

  it("is Student's where nearly all values are equal, and where the resamples are too few for the level", () => {
    const rare = Float64Array.from({ length: 200 }, (_, i) => (i === 0 ? 1 : 0.1));
    for (const [values, level] of [
      [rare, 0.95],
      [skewed, 0.9995],
    ] as const) {
      const { interval } = pairedDifference(values, level);
      expect(bootstrapInterval(values, { key: key(0), level })).toEqual(interval);
    }
  });

  it("is Student's of a large normal sample, and of very few values", () => {
    const normal = drawNormal(key(7), 4000);
    const { mean, se } = summarise(normal);
    const { from, to } = bootstrapInterval(normal, { key: key(0) });
    expect((to - mean) / se).toBeCloseTo(1.96, 0);
    expect((mean - from) / se).toBeCloseTo(1.96, 0);
    const few = bootstrapInterval([1, 2, 3], { key: key(0) });
    expect(few.to).toBeCloseTo(2 + 4.302652729911275 / Math.sqrt(3), 9);
  });
});
