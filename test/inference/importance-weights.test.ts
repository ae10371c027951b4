// Importance weights: smoothed as ArviZ does, in words by the field's thresholds, and as probabilities of a choice.
import { describeParetoK, importanceResample, smoothedLogWeights } from '@flowvae/inference';
import { LogMeanExp, paretoK, paretoKThreshold } from '@flowvae/objectives';
import { drawUniform, fold, key } from '@flowvae/random';
import { describe, expect, it } from 'vitest';
import { differences } from '../laws/comparison.ts';
import { readCommitted } from '../reference/committed-json.ts';

interface SmoothingCase {
  readonly name: string;
  readonly logWeights: readonly number[];
  /** The smoothed ones, ascending. */
  readonly sorted: readonly number[];
  readonly logSum: number;
  readonly paretoK: number | null;
}

const { cases } = readCommitted<{ readonly cases: readonly SmoothingCase[] }>('pareto-smoothing');
const logSumOf = (logWeights: ArrayLike<number>) => {
  const sum = new LogMeanExp();
  sum.add(logWeights);
  return sum.logMean + Math.log(logWeights.length);
};

describe.each(cases.map((given) => [given.name, given] as const))('smoothed weights: %s', (_, given) => {
  const smoothed = smoothedLogWeights(given.logWeights);

  it('are those of ArviZ', () => {
    expect(differences('sorted', smoothed.logWeights.toSorted(), given.sorted, 1e-10)).toEqual([]);
    expect(logSumOf(smoothed.logWeights)).toBeCloseTo(given.logSum, 10);
  });

  it('keep the order of the given ones, and have the k̂ of ArviZ', () => {
    const order = given.logWeights.map((_, s) => s).toSorted((a, b) => given.logWeights[a]! - given.logWeights[b]!);
    const placed = order.map((s) => smoothed.logWeights[s]!);
    expect(placed.every((value, j) => j === 0 || value >= placed[j - 1]!)).toBe(true);
    expect(smoothed.paretoK).toBe(paretoK(given.logWeights));
    if (given.paretoK === null) expect(Number.isFinite(smoothed.paretoK)).toBe(false);
    else expect(smoothed.paretoK).toBeCloseTo(given.paretoK, 8);
  });
});

it('smoothed weights are no others where k̂ is finite, else the given ones, NaN and −∞ in their places', () => {
  const changed = cases.map(({ logWeights }) =>
    smoothedLogWeights(logWeights).logWeights.some((value, s) => value !== logWeights[s]),
  );
  expect(changed).toEqual(cases.map((given) => given.paretoK !== null));
  for (const odd of [Number.NaN, Number.NEGATIVE_INFINITY]) {
    const given = [
      ...Array.from({ length: 40 }, (_, s) => -s / 3),
      odd,
      ...Array.from({ length: 40 }, (_, s) => s / 7),
    ];
    const { logWeights, paretoK: k } = smoothedLogWeights(given);
    expect(logWeights[40]).toBe(odd);
    expect(Number.isNaN(k)).toBe(Number.isNaN(odd));
  }
  expect(smoothedLogWeights([])).toEqual({ logWeights: new Float64Array(0), paretoK: Number.NaN });
});

it('smoothed weights estimate a sum with less error than the raw ones, on average over sets of k = 0.6', () => {
  // weights 1 + GPD(0.6) have the mean 1 + 1/(1 − 0.6) = 3.5
  const errors = Array.from({ length: 300 }, (_, seed) => {
    const raw = Float64Array.from(drawUniform(fold(key(8), seed), 400), (u) =>
      Math.log1p(Math.expm1(-0.6 * Math.log1p(-u)) / 0.6),
    );
    const errorOf = (logWeights: Float64Array) => (Math.exp(logSumOf(logWeights)) / 400 - 3.5) ** 2;
    return [errorOf(raw), errorOf(smoothedLogWeights(raw).logWeights)] as const;
  });
  const total = (i: 0 | 1) => errors.reduce((sum, pair) => sum + pair[i], 0);
  expect(total(1)).toBeLessThan(0.8 * total(0));
});

describe('describeParetoK', () => {
  it.each([
    [
      0.3,
      10_000,
      'good',
      'k̂ = 0.30, below 0.70: the weights are even enough for estimates where draws are; a part of the target without draws is not seen',
    ],
    [0.6, 100, 'few', 'k̂ = 0.60, not below 0.50: 100 draws are too few for such uneven weights; take 317 or more'],
    [
      0.75,
      1e6,
      'bad',
      'k̂ = 0.75, 0.70 or more: importance-weighted estimates have large errors that more draws hardly reduce; fit a better distribution',
    ],
    [
      1.2,
      1e6,
      'void',
      'k̂ = 1.20, 1 or more: the largest weights show no bound, so the draws cannot tell how large the weights in the tails are, and estimates can be far off; fit a wider distribution',
    ],
    [Number.NaN, 10, 'unknown', 'k̂ unknown: it needs 21 finite weights or more, of 10 draws'],
  ] as const)('of %d with %d draws says: %s', (k, samples, level, text) => {
    expect(describeParetoK(k, samples)).toMatchObject({ level, text });
  });

  it('changes its word exactly at the thresholds, and never prints a number that contradicts it', () => {
    const levels = (samples: number, ks: readonly number[]) => ks.map((k) => describeParetoK(k, samples).level);
    const limit = paretoKThreshold(200);
    expect(levels(200, [limit - 1e-9, limit, 0.7 - 1e-9, 0.7, 1 - 1e-9, 1])).toEqual([
      'good',
      'few',
      'few',
      'bad',
      'bad',
      'void',
    ]);
    expect(levels(1e6, [0.7 - 1e-9, 0.7])).toEqual(['good', 'bad']);
    expect(describeParetoK(1 - 1e-9, 1e6).text).toContain('k̂ = 0.99');
    expect(describeParetoK(Number.NEGATIVE_INFINITY, 100)).toMatchObject({ level: 'good', drawsNeeded: 10 });
    expect(describeParetoK(Number.POSITIVE_INFINITY, 100)).toMatchObject({ level: 'void', drawsNeeded: Infinity });
  });

  it('asks for as many draws as put k̂ below the threshold', () => {
    for (const k of [0.5, 0.6, 0.68]) {
      const { drawsNeeded } = describeParetoK(k, 50);
      expect(describeParetoK(k, drawsNeeded + 1).level).toBe('good');
      expect(describeParetoK(k, drawsNeeded - 1).level).toBe('few');
    }
  });
});

describe('importanceResample', () => {
  const logWeights = [1, 2, 3, 4, 0].map(Math.log);
  const draws = Float32Array.from({ length: 10 }, (_, i) => i);

  it('with replacement chooses by the weights, also beyond their number', () => {
    const { indices, draws: chosen } = importanceResample(draws, { logWeights, count: 40_000, key: key(4) });
    const shares = logWeights.map((_, s) => indices.filter((index) => index === s).length / 40_000);
    expect(differences('share', shares, [0.1, 0.2, 0.3, 0.4, 0], 0.011)).toEqual([]); // 4.5 standard errors
    expect([...chosen.subarray(0, 4)]).toEqual([...indices.subarray(0, 2)].flatMap((s) => [2 * s, 2 * s + 1]));
  });

  it('without replacement chooses one after the other among the rest, each once', () => {
    const runs = 20_000;
    const counts = new Map<string, number>();
    for (let run = 0; run < runs; run++) {
      const { indices } = importanceResample(draws, {
        logWeights,
        count: 2,
        key: fold(key(5), run),
        replacement: false,
      });
      const pair = [...indices].join();
      counts.set(pair, (counts.get(pair) ?? 0) + 1);
    }
    const weights = [0.1, 0.2, 0.3, 0.4];
    const pairs = weights.flatMap((_, a) => weights.map((__, b) => [a, b] as const)).filter(([a, b]) => a !== b);
    const wanted = pairs.map(([a, b]) => (weights[a]! * weights[b]!) / (1 - weights[a]!));
    expect(
      differences(
        'share',
        pairs.map(([a, b]) => counts.get(`${a},${b}`)! / runs),
        wanted,
        0.014,
      ),
    ).toEqual([]);
    const all = importanceResample(draws, { logWeights, count: 4, key: key(6), replacement: false });
    expect([...all.indices].toSorted()).toEqual([0, 1, 2, 3]);
  });

  it.each([
    [
      'more draws than weights above 0',
      { count: 5, replacement: false },
      'logWeights: expected 5 or more weights above 0, got 4',
    ],
    ['a weight that is NaN', { logWeights: [0, Number.NaN] }, 'logWeights[1]: expected a number below ∞, got NaN'],
    ['weights that are all 0', { logWeights: [-Infinity] }, 'logWeights: expected 1 or more weights above 0, got 0'],
    [
      'no whole rows',
      { logWeights: [0, 0, 0] },
      'draws: expected a multiple of 3 numbers, one row for each weight, got 10',
    ],
    ['no count', { count: 0 }, 'count: expected a whole number, 1 or more, got 0'],
  ])('refuses %s', (_, rest, message) => {
    expect(() => importanceResample(draws, { logWeights, count: 1, key: key(7), ...rest })).toThrow(
      `importanceResample: ${message}`,
    );
  });
});
