// Differences beside SciPy 1.17.1 and statsmodels 0.15.0, and beside sums of squares by another way (NumPy 2.4.6,
// least squares on the design matrix).
import {
  crossedDifference,
  furtherSeeds,
  methodScores,
  pairedDifference,
  pointsNeeded,
  studentInterval,
  summarise,
  welchDifference,
} from '@flowvae/comparison';
import { describe, expect, it } from 'vitest';
import { studentQuantile } from '../../packages/comparison/src/distributions/student-t.ts';

it('summarise gives mean, deviation and standard error, and knows their limits', () => {
  const { n, mean, sd, se } = summarise([1e9 + 1, 1e9 + 2, 1e9 + 6]);
  expect([n, mean]).toEqual([3, 1e9 + 3]);
  expect(sd).toBeCloseTo(Math.sqrt(7), 12);
  expect(se).toBeCloseTo(Math.sqrt(7 / 3), 12);
  expect(summarise([4])).toEqual({ n: 1, mean: 4, sd: Number.NaN, se: Number.NaN });
  expect(summarise([]).mean).toBeNaN();
  expect(summarise([0.1, 0.1, 0.1])).toMatchObject({ mean: 0.1, sd: 0 });
  expect([summarise([1, Number.NaN]).mean, summarise([1, Number.POSITIVE_INFINITY]).mean]).toEqual([
    Number.NaN,
    Number.POSITIVE_INFINITY,
  ]);
});

it("welchDifference is SciPy's ttest_ind with unequal variances", () => {
  const { value, se, df, interval, p } = welchDifference([12.1, 11.4, 13.0, 12.6, 11.9], [10.8, 12.2, 11.1, 11.5]);
  expect(value).toBeCloseTo(0.8, 12);
  expect(value / se).toBeCloseTo(1.9479390142306943, 10);
  expect(df).toBeCloseTo(6.641904263667279, 10);
  expect(p).toBeCloseTo(0.09467975807105555, 10);
  expect(interval.from).toBeCloseTo(-0.1818440676424321, 9);
  expect(interval.to).toBeCloseTo(1.7818440676424299, 9);
});

it("pairedDifference is SciPy's ttest_1samp", () => {
  const { value, se, interval, p } = pairedDifference([0.3, -0.1, 0.5, 0.2, 0.8, -0.4, 0.6], 0.9);
  expect([value, se]).toEqual([expect.closeTo(0.2714285714285714, 12), expect.closeTo(0.15692625765032459, 12)]);
  expect(p).toBeCloseTo(0.134418643209164, 10);
  expect(interval.from).toBeCloseTo(-0.03350743793260341, 9);
  expect(interval.to).toBeCloseTo(0.5763645807897461, 9);
});

it('studentInterval of an unknown error is not known', () => {
  const { from, to } = studentInterval({ value: 1, se: Number.NaN, df: 0 }, 0.95);
  expect([from, to]).toEqual([Number.NaN, Number.NaN]);
});

const a = [
  [2.04, -2.56, 0.42, -0.57, -0.45],
  [0.78, -1.02, 0.77, 0.13, 4.32],
  [2.23, 1.65, 1.72, 1.33, 0.94],
];
const b = [
  [-0.39, 0.48, -0.24, 0.96, -0.2],
  [0.02, 1.55, 0.55, -0.51, -0.18],
];

describe('crossedDifference', () => {
  it('has the sums of squares of least squares', () => {
    const [ma, mb] = [methodScores(a), methodScores(b)];
    expect(ma.interaction).toBeCloseTo(2.0849483333333336, 10);
    expect(mb.interaction).toBeCloseTo(0.49548999999999993, 10);
    const { value, se, df, interval, parts } = crossedDifference(ma, mb);
    expect(parts.seeds.map(({ variance }) => variance)).toEqual([
      expect.closeTo(0.2808493333333333, 10),
      expect.closeTo(0.006724000000000005, 10),
    ]);
    expect(parts.points.variance).toBeCloseTo(0.23424066666666676, 10);
    expect([value, se]).toEqual([expect.closeTo(0.578, 10), expect.closeTo(0.7223669427652404, 10)]);
    expect(df).toBeCloseTo(5.118176526484313, 9);
    expect(interval).toEqual(studentInterval({ value, se, df }, 0.95));
  });

  it('has the p-value at whose level the critical value of Cochran and Cox is the t of the difference', () => {
    const { value, se, p, parts } = crossedDifference(methodScores(a), methodScores(b));
    const [sa, sb] = parts.seeds;
    const seeds = sa.variance + sb.variance;
    const welch = seeds ** 2 / (sa.variance ** 2 / sa.df + sb.variance ** 2 / sb.df);
    const weighted = seeds * studentQuantile(p / 2, welch) + parts.points.variance * studentQuantile(p / 2, 4);
    expect(weighted / (seeds + parts.points.variance)).toBeCloseTo(value / se, 9);
  });

  it('is the other way round with the other sign', () => {
    const there = crossedDifference(methodScores(a), methodScores(b));
    const back = crossedDifference(methodScores(b), methodScores(a));
    expect([back.value, back.p, back.se]).toEqual([-there.value, there.p, there.se]);
    expect(back.interval.from).toBeCloseTo(-there.interval.to, 12);
  });

  it('has no known error with one seed, but a difference', () => {
    const { value, se, p, interval } = crossedDifference(methodScores(a.slice(0, 1)), methodScores(b));
    expect(value).toBeCloseTo(-0.224 - 0.204, 12);
    expect([se, p, interval.from]).toEqual([Number.NaN, Number.NaN, Number.NaN]);
  });

  it('leaves out the error that all seeds share: it cancels', () => {
    const shifted = (rows: number[][]) => rows.map((row) => row.map((x, i) => x + 1000 * Math.sin(i)));
    const alone = crossedDifference(methodScores(a), methodScores(b));
    const common = crossedDifference(methodScores(shifted(a)), methodScores(shifted(b)));
    expect([common.value, common.se]).toEqual([expect.closeTo(alone.value, 9), expect.closeTo(alone.se, 9)]);
  });

  it('of methods without any spread is certain', () => {
    const constant = (value: number) => methodScores([Array(4).fill(value), Array(4).fill(value)]);
    expect(crossedDifference(constant(2), constant(1))).toMatchObject({ value: 1, se: 0, p: 0 });
    expect(crossedDifference(constant(2), constant(2))).toMatchObject({ value: 0, se: 0, p: 1 });
  });
});

describe('furtherSeeds', () => {
  /** S seeds each, standard deviations of 1 over seeds, and no error of the data points. */
  const observed = (value: number, seeds: number, points = 0) => ({
    value,
    parts: {
      seeds: [
        { variance: 1 / seeds, df: seeds - 1 },
        { variance: 1 / seeds, df: seeds - 1 },
      ] as const,
      points: { variance: points, df: 99 },
    },
  });

  it.each([
    [1.5, 0.05, 8.060294283896704],
    [0.5, 0.05, 63.76561058891169],
    [1, 0.01, 25.06670824000673],
  ])('of an effect of %d at level %d is that of statsmodels: TTestIndPower.solve_power', (value, level, perGroup) => {
    expect(3 + furtherSeeds(observed(value, 3), { level })).toBe(Math.ceil(perGroup));
  });

  it('is not known without a spread, and infinite where the data points are too few or nothing differs', () => {
    const one = {
      value: 1,
      parts: {
        seeds: [
          { variance: Number.NaN, df: 0 },
          { variance: 0.1, df: 2 },
        ] as const,
        points: { variance: 0, df: 9 },
      },
    };
    expect(furtherSeeds(one)).toBeNaN();
    expect(furtherSeeds(observed(1, 3, 1))).toBe(Number.POSITIVE_INFINITY);
    expect(furtherSeeds(observed(0, 3))).toBe(Number.POSITIVE_INFINITY);
  });

  it('counts one further seed at least', () => {
    expect(furtherSeeds(observed(50, 3))).toBe(1);
  });
});

it('pointsNeeded is N·(1.96 + 0.8416)²·(se/value)² where points are many', () => {
  const needed = pointsNeeded({ value: 0.1, se: 0.1, points: 10_000 });
  expect(needed / 10_000).toBeCloseTo((1.959964 + 0.841621) ** 2, 2);
  expect(pointsNeeded({ value: 0, se: 0.1, points: 10 })).toBe(Number.POSITIVE_INFINITY);
  expect([1, 5].map((points) => pointsNeeded({ value: 1, se: Number.NaN, points }))).toEqual([Number.NaN, Number.NaN]);
});
