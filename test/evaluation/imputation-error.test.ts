// The error of imputations on held-out entries: scores by hand, and those of a known linear-Gaussian model.
import { standardNormal } from '@flowvae/distributions';
import { type ImputationErrorOptions, type Imputed, imputationError, impute } from '@flowvae/evaluation';
import { drawNormal, drawUniform, fold, key } from '@flowvae/random';
import { type Tensor1D, type Tensor2D, tf } from '@flowvae/tensor';
import { dataPoints } from '@flowvae/training';
import { describe, expect, it } from 'vitest';
import { entriesOf, heldOut, withoutEntries } from '../../packages/evaluation/src/imputation/held-out.ts';
import { conditional, modelWith, observe, randomPatterns, rowsOf, WIDTH } from './holes.ts';
import { average } from './z-scores.ts';

const COUNT = 400;
const rows = rowsOf(randomPatterns(COUNT, 2), 9);
const marginal = conditional(new Float32Array(2 * WIDTH));
const deviations = marginal.covariance.map((row, p) => Math.sqrt(row[p]!));

const options = (rest: Partial<ImputationErrorOptions> = {}): ImputationErrorOptions => ({
  variables: {},
  modelAt: modelWith(),
  observe,
  noise: { kind: 'normal', width: 2 },
  data: dataPoints(rows, 2 * WIDTH),
  samples: 100,
  draws: 19,
  key: key(3),
  fraction: 0.4,
  columns: [
    { name: 'first', kind: 'number', at: 0, width: 1 },
    { kind: 'number', at: 1, width: WIDTH - 1 },
  ],
  means: marginal.mean,
  deviations,
  ...rest,
});

/** The hidden entries of each data point, and its row without them. */
const hiddenRows = ({ data, columns, fraction, key: given }: ImputationErrorOptions) =>
  Array.from({ length: data.count }, (_, i) => {
    const row = data.row(i).slice();
    const hidden = heldOut(row, { entries: entriesOf(columns), fraction, key: fold(given, 'held out', i) });
    return { row, hidden, rest: withoutEntries(row, hidden) };
  });

describe('imputationError of a known model', () => {
  it('has the errors of impute on rows without the hidden entries', async () => {
    const given = options();
    const points = hiddenRows(given);
    const imputed: Imputed[] = [];
    const rests = Float32Array.from(points.flatMap(({ rest }) => [...rest]));
    await impute({ ...given, data: dataPoints(rests, 2 * WIDTH), onEstimate: (_, one) => imputed.push(one) });
    const errors = points.flatMap(({ row, hidden }, i) =>
      hidden.map(({ at }) => {
        const draws = Array.from({ length: 19 }, (_, m) => imputed[i]!.draws[m * WIDTH + at]!);
        return {
          at,
          own: imputed[i]!.mean[at]! - row[at]!,
          baseline: marginal.mean[at]! - row[at]!,
          isCovered: row[at]! >= Math.min(...draws) && row[at]! <= Math.max(...draws),
        };
      }),
    );
    const scoresOf = (some: typeof errors) => {
      const sizes = (name: 'own' | 'baseline') => {
        const of = (deviation: (at: number) => number) => some.map((error) => error[name] / deviation(error.at));
        const [plain, relative] = [of(() => 1), of((at) => deviations[at]!)];
        return {
          rootMeanSquare: expect.closeTo(Math.sqrt(average(plain.map((e) => e ** 2))), 10),
          meanAbsolute: expect.closeTo(average(plain.map(Math.abs)), 10),
          relativeRootMeanSquare: expect.closeTo(Math.sqrt(average(relative.map((e) => e ** 2))), 10),
          relativeMeanAbsolute: expect.closeTo(average(relative.map(Math.abs)), 10),
        };
      };
      const coverage = average(some.map(({ isCovered }) => Number(isCovered)));
      return { entries: some.length, ...sizes('own'), coverage, baseline: sizes('baseline') };
    };
    const found = await imputationError(given);
    expect(found.columns).toEqual([
      { name: 'first', kind: 'number', at: 0, width: 1, ...scoresOf(errors.filter(({ at }) => at === 0)) },
      { kind: 'number', at: 1, width: WIDTH - 1, ...scoresOf(errors.filter(({ at }) => at > 0)) },
    ]);
    expect(found.overall.number).toEqual(scoresOf(errors));
    const used = imputed.filter((_, i) => points[i]!.hidden.length > 0);
    expect([found.rows, found.entries]).toEqual([used.length, errors.length]);
    expect(used.length).toBeLessThan(COUNT);
    expect(found.effectiveSampleSize).toBeCloseTo(average(used.map((one) => one.effectiveSampleSize)), 9);
  });

  it('has the mean conditional variance as its mean square error, and covers 90 %', async () => {
    const given = options();
    const { overall, entries } = await imputationError(given);
    const variances = hiddenRows(given).flatMap(({ rest, hidden }) =>
      hidden.map(({ at }) => conditional(rest).covariance[at]![at]! / deviations[at]! ** 2),
    );
    expect(entries).toBeGreaterThan(300);
    expect(overall.number.relativeRootMeanSquare ** 2 / average(variances)).toBeGreaterThan(0.8);
    expect(overall.number.relativeRootMeanSquare ** 2 / average(variances)).toBeLessThan(1.25);
    expect(overall.number.baseline.relativeRootMeanSquare).toBeGreaterThan(0.9);
    expect(overall.number.baseline.relativeRootMeanSquare).toBeLessThan(1.1);
    expect(Math.abs(overall.number.coverage - 0.9)).toBeLessThan(4 * Math.sqrt((0.9 * 0.1) / entries));
  });

  it('is the same on any number of threads, and stops at a signal', async () => {
    const few = options({ data: dataPoints(rows.slice(0, 20 * 2 * WIDTH), 2 * WIDTH) });
    const alone = await imputationError(few);
    expect(await imputationError({ ...few, threads: 2 })).toEqual(alone);
    const controller = new AbortController();
    const onProgress = () => controller.abort();
    const stopped = await imputationError({ ...few, engine: 'eager', onProgress, signal: controller.signal });
    expect(stopped.rows).toBe(1);
    expect(stopped.overall.bit).toEqual({
      entries: 0,
      correct: Number.NaN,
      logProbability: Number.NaN,
      baseline: { correct: Number.NaN, logProbability: Number.NaN },
    });
  });
});

/** E[x] at every z: a number, a category of three classes, two bits, the second always 1. */
const certain = [2, 0.2, 0.5, 0.3, 0.7, 1];
const MIXED = certain.length;

/** Rows of the mixed columns, all observed. */
const mixedRows = Float32Array.from(
  Array.from({ length: 60 }, (_, i) => {
    const u = drawUniform(fold(key(4), i), 3);
    const classOf = Math.floor(u[0]! * 3);
    const oneHot = [0, 1, 2].map((c) => Number(c === classOf));
    const bits = [Number(u[1]! < 0.6), Number(u[2]! < 0.8)];
    return [drawNormal(fold(key(5), i), 1)[0]!, ...oneHot, ...bits, ...Array.from({ length: MIXED }, () => 1)];
  }).flat(),
);

const mixed = (rest: Partial<ImputationErrorOptions> = {}): ImputationErrorOptions =>
  options({
    modelAt: () => ({
      prior: standardNormal(2),
      posterior: standardNormal(2),
      likelihood: (z) => tf.zeros([z.shape[0]]) as Tensor1D,
    }),
    observe: (z) => {
      const mean = (): Tensor2D => tf.tile(tf.tensor2d([certain]), [z.shape[0], 1]);
      const normal = standardNormal(MIXED);
      return Object.assign(Object.create(normal), { ...normal, mean }) as ReturnType<typeof observe>;
    },
    data: dataPoints(mixedRows, 2 * MIXED),
    columns: [
      { kind: 'bit', at: 4, width: 2 },
      { kind: 'number', at: 0, width: 1 },
      { name: 'colour', kind: 'category', at: 1, width: 3 },
    ],
    means: [0.3, 0.6, 0.3, 0.1, 0.4, 0.9],
    deviations: [0, 0, 0, 0, 0, 0],
    ...rest,
  });

describe('imputationError of columns of several kinds', () => {
  it('has the shares of right choices and their log-probabilities, and the frequencies’ as the baseline', async () => {
    const given = mixed();
    const { columns, overall } = await imputationError(given);
    const held = hiddenRows(given).flatMap(({ row, hidden }) => hidden.map((entry) => ({ ...entry, row })));
    const choices = held
      .filter(({ kind }) => kind !== 'number')
      .map(({ kind, at, row }) => {
        const right = kind === 'bit' ? row[at]! : [...row.subarray(at, at + 3)].indexOf(1);
        const of = (p: readonly number[]) => (kind === 'bit' ? [1 - p[at]!, p[at]!] : p.slice(at, at + 3));
        const score = (p: readonly number[]) => ({
          correct: Number(of(p)[right] === Math.max(...of(p))),
          logProbability: Math.log(Math.max(of(p)[right]!, 2 ** -24)),
        });
        return { kind, own: score(certain), baseline: score(given.means as number[]) };
      });
    const scoresOf = (kind: string) => {
      const some = choices.filter((choice) => choice.kind === kind);
      const means = (name: 'own' | 'baseline') => ({
        correct: average(some.map((choice) => choice[name].correct)),
        logProbability: expect.closeTo(average(some.map((choice) => choice[name].logProbability)), 5),
      });
      return { entries: some.length, ...means('own'), baseline: means('baseline') };
    };
    expect(scoresOf('category').entries).toBeGreaterThan(10);
    expect(columns[0]).toEqual({ kind: 'bit', at: 4, width: 2, ...scoresOf('bit') });
    expect(columns[2]).toEqual({ name: 'colour', kind: 'category', at: 1, width: 3, ...scoresOf('category') });
    expect(overall).toMatchObject({ bit: scoresOf('bit'), category: scoresOf('category') });
  });

  it('has no relative errors of a number without deviation', async () => {
    const { overall } = await imputationError(mixed());
    expect(overall.number.entries).toBeGreaterThan(10);
    expect(overall.number.rootMeanSquare).toBeGreaterThan(1);
    expect([overall.number.relativeRootMeanSquare, overall.number.relativeMeanAbsolute]).toEqual([NaN, NaN]);
  });

  it.each<[string, Partial<ImputationErrorOptions>]>([
    ['imputationError: fraction: expected a share between 0 and 1, got 1', { fraction: 1 }],
    ['imputationError: draws: expected 19 or more, for intervals of 90 %, got 18', { draws: 18 }],
    ['imputationError: means: expected 6 values, one for each column, got 1 values', { means: [1] }],
    ['imputationError: deviations: expected 6 values', { deviations: [] }],
    [
      'imputationError: columns[0]: expected columns from 0 to 5, got column 6',
      { columns: [{ kind: 'bit', at: 4, width: 3 }] },
    ],
    [
      'imputationError: columns[1]: expected columns that no other description has, got column 2, which columns[0] has',
      {
        columns: [
          { kind: 'category', at: 1, width: 3 },
          { kind: 'bit', at: 2, width: 1 },
        ],
      },
    ],
    ['imputationError: columns[0].width: expected a whole number', { columns: [{ kind: 'bit', at: 4, width: 0 }] }],
    [
      'imputationError: data point 0: x[0]: expected a bit, 0 or 1, got 0.9',
      { columns: [{ kind: 'bit', at: 0, width: 1 }], fraction: 0.99 },
    ],
    [
      'x[3…4]: expected a category: one 1 among zeros, got ',
      { columns: [{ kind: 'category', at: 3, width: 2 }], fraction: 0.99 },
    ],
  ])('is refused: %s', async (message, rest) => {
    await expect(imputationError(mixed(rest))).rejects.toThrow(message);
  });

  it('takes fewer draws than 19 where no number is held out', async () => {
    const { overall } = await imputationError(mixed({ draws: 1, columns: [{ kind: 'bit', at: 4, width: 2 }] }));
    expect(overall.bit.entries).toBeGreaterThan(10);
  });
});
