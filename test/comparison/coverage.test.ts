// Simulated scores with known differences, 1,000 repetitions each, seeds chosen before: intervals cover the true
// difference in 93 to 97 %, and corrected tests find a difference where there is none in 5 % at most.
import {
  bootstrapInterval,
  crossedDifference,
  holm,
  type Interval,
  methodScores,
  pairedDifference,
  signFlipTests,
} from '@flowvae/comparison';
import { fold, type Key, key } from '@flowvae/random';
import { describe, expect, it } from 'vitest';
import { type Simulation, simulatedScores } from './simulated-scores.ts';

const REPETITIONS = 1000;
/** Three standard errors of a share of 0.05. */
const MONTE_CARLO = 3 * Math.sqrt((0.05 * 0.95) / REPETITIONS);
const TRUE = 0.4;
const base = { pair: 1, seed: 0, interaction: 0.5 } as const;

/** The share of repetitions that fulfil a condition. */
function share(seed: number, isSo: (key: Key) => boolean): number {
  let count = 0;
  for (let r = 0; r < REPETITIONS; r++) if (isSo(fold(key(seed), r))) count++;
  return count / REPETITIONS;
}

const covers = ({ from, to }: Interval) => from <= TRUE && TRUE <= to;

function expectNominal(coverage: number): void {
  expect(coverage).toBeGreaterThanOrEqual(0.93);
  expect(coverage).toBeLessThanOrEqual(0.97);
}

const cases: readonly Pick<Simulation, 'tail' | 'points'>[] = [
  { tail: 'normal', points: 200 },
  { tail: 'normal', points: 12 },
  { tail: 'heavy', points: 20 },
  { tail: 'heavy', points: 200 },
];

/** Differences of two models' scores, whose mean is known. */
function differencesOf(chosen: (typeof cases)[number], key: Key): Float64Array | number[] {
  const [a, b] = simulatedScores({ ...base, ...chosen, means: [-90, -90 - TRUE], seeds: 1 }, key);
  return a![0]!.map((x, i) => x - b![0]![i]!);
}

describe.each(cases)('two models with $tail scores at $points points', (chosen) => {
  it("Student's interval of the paired difference covers the true one in 93 to 97 %", () => {
    expectNominal(share(1, (k) => covers(pairedDifference(differencesOf(chosen, k)).interval)));
  });
});

/** Below 100 points the interval is Student's. */
const many = cases.filter(({ points }) => points >= 100);

it.each(many)('bootstrapInterval of $tail scores at $points points covers the true one in 93 to 97 %', (chosen) => {
  const covering = (k: Key) => covers(bootstrapInterval(differencesOf(chosen, k), { key: k, resamples: 399 }));
  expectNominal(share(1, covering));
});

const methods: readonly Pick<Simulation, 'tail' | 'points' | 'seeds' | 'seed'>[] = [
  { tail: 'normal', points: 200, seeds: 2, seed: 0.1 },
  { tail: 'normal', points: 200, seeds: 3, seed: 0.5 },
  { tail: 'heavy', points: 20, seeds: 3, seed: 0.3 },
  { tail: 'heavy', points: 100, seeds: 5, seed: 0.1 },
];

it.each(methods)(
  'crossedDifference of $seeds seeds, deviation $seed, with $tail scores at $points points covers the true difference in 93 to 97 %',
  (chosen) => {
    const coverage = share(2, (k) => {
      const [a, b] = simulatedScores({ ...base, ...chosen, means: [-90, -90 - TRUE] }, k);
      return covers(crossedDifference(methodScores(a!), methodScores(b!)).interval);
    });
    expectNominal(coverage);
  },
);

it('an interval that takes the scores of two models for independent covers a difference of 0 always: no use of pairs', () => {
  const coverage = share(1, (k) => {
    const [a, b] = simulatedScores({ ...base, tail: 'normal', points: 50, means: [-90, -90 - TRUE], seeds: 1 }, k);
    const [ma, mb] = [pairedDifference(a![0]!), pairedDifference(b![0]!)];
    return Math.abs(ma.value - mb.value) < 1.96 * Math.hypot(ma.se, mb.se);
  });
  expect(coverage).toBe(1);
});

/** All pairs of five methods that are equal. */
const pairs = [0, 1, 2, 3, 4].flatMap((a) => [0, 1, 2, 3, 4].filter((b) => b > a).map((b) => [a, b] as const));
const equal = [-90, -90, -90, -90, -90];
const isFound = (pValues: readonly number[]) => Math.min(...pValues) <= 0.05;

describe('five equal methods, ten differences', () => {
  it.each(cases.slice(0, 3))(
    'of one $tail model each at $points points the corrected sign-flip test finds one in 5 % at most',
    (chosen) => {
      const draws = chosen.points > 16 ? { draws: 599 } : {};
      let uncorrected = 0;
      const wrong = share(3, (k) => {
        const models = simulatedScores({ ...base, ...chosen, means: equal, seeds: 1 }, k).map(([model]) => model!);
        const p = signFlipTests(models, pairs, { key: k, ...draws }).map((test) => test.p);
        if (isFound(p)) uncorrected++;
        return isFound(holm(p));
      });
      expect(wrong).toBeLessThanOrEqual(0.05 + MONTE_CARLO);
      expect(uncorrected / REPETITIONS).toBeGreaterThan(0.2);
    },
  );

  it.each([2, 3])('of %d seeds each the corrected crossed test finds one in 5 % at most', (seeds) => {
    const simulation = { ...base, tail: 'normal', points: 60, means: equal, seeds, seed: 0.3 } as const;
    const wrong = share(4, (k) => {
      const scores = simulatedScores(simulation, k).map(methodScores);
      return isFound(holm(pairs.map(([a, b]) => crossedDifference(scores[a]!, scores[b]!).p)));
    });
    expect(wrong).toBeLessThanOrEqual(0.05 + MONTE_CARLO);
  });
});
