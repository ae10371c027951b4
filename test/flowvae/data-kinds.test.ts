// Runs on data of several kinds, from training to files.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { completeConfig, dataRows, experiment, key, staticBinarisationSeed, trainRun } from 'flowvae';
import { beforeAll, describe, expect, it } from 'vitest';
import { trainingRows } from '../../packages/flowvae/src/run/run-data.ts';
import { encoded, path, train, writeDataFiles } from './data-files.ts';
import { flowvaeHere } from './in-process.ts';
import { npyOf } from './npy-of.ts';
import { freshPath, tinySettings } from './tiny-run.ts';

beforeAll(writeDataFiles);

describe('every kind of data is trained on, evaluated, drawn, encoded and exported', () => {
  it.each([
    ['numbers', 'numbers.npy', [], { likelihood: 'gaussian', binarize: 'none', standardize: 'columns' }, 3],
    ['numbers with holes', 'holes.npy', [], { likelihood: 'gaussian', standardize: 'columns' }, 3],
    [
      'levels in colour',
      'colours.npy',
      [],
      { likelihood: 'logistic-mixture', binarize: 'none', standardize: 'no' },
      48,
    ],
    ['levels made bits', 'colours.npy', ['--binarize', 'threshold'], { likelihood: 'bernoulli' }, 48],
    ['numbers made bits', 'grey.npy', ['--binarize', 'dynamic'], { likelihood: 'bernoulli', standardize: 'no' }, 16],
    [
      'a table',
      'table.csv',
      ['--labels', 'kind'],
      { likelihood: 'columns', standardize: 'columns', labels: 'kind' },
      6,
    ],
    ['columns of their own scales', 'holes.npy', ['--likelihood', 'columns'], { likelihood: 'columns' }, 3],
    [
      'levels as standardised numbers',
      'colours.npy',
      ['--likelihood', 'gaussian', '--standardize', 'all'],
      { likelihood: 'gaussian', standardize: 'all' },
      48,
    ],
  ])(
    '%s',
    async (_, name, flags, settings, width) => {
      const run = freshPath();
      const report = await train(path(name), run, ...flags);
      expect(Number.isFinite(report.testNll)).toBe(true);
      const config = JSON.parse(readFileSync(join(run, 'config.json'), 'utf8'));
      expect(config).toMatchObject({ ...settings, dataSha256: expect.stringMatching(/^[0-9a-f]{64}$/) });
      expect(config.dataSet.shape.reduce((a: number, b: number) => a * b)).toBe(width);
      const evaluate = await flowvaeHere(['evaluate', run, '--json', '--report']);
      expect(JSON.parse(evaluate.stdout)).toMatchObject({ testNll: report.testNll, testElbo: report.testElbo });
      expect((await flowvaeHere(['sample', run, '--count', '4'])).code).toBe(0);
      const out = freshPath();
      expect(
        (await flowvaeHere(['export', run, '--onnx', join(out, 'onnx'), '--model', join(out, 'model')])).code,
      ).toBe(0);
      expect((await encoded(run)).mean!.shape[1]).toBe(2);
    },
    60_000,
  );

  it.each([
    ['numbers with holes', { data: 'holes.npy', threads: 2 }],
    ['a table', { data: 'table.csv', labels: 'kind', validateEvery: 2, keep: 'best' }],
    ['levels in colour, binarised anew', { data: 'colours.npy', binarize: 'dynamic', splits: '0.6/0.2/0.2' }],
  ])('a stopped run of %s that goes on has the bytes of one that was not stopped', async (_, { data, ...changes }) => {
    const [whole, parted] = [freshPath(), freshPath()];
    const config = completeConfig({ ...tinySettings, binarize: 'auto', data: path(data), ...changes });
    const { report } = await trainRun(config, { out: whole });
    const stopped = await trainRun(config, { out: parted, signal: AbortSignal.abort() });
    expect(stopped.report.steps).toBeLessThan(config.steps);
    const { code, stdout } = await flowvaeHere(['train', '--resume', parted, '--json']);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ steps: config.steps, testNll: report.testNll });
    const modelOf = (run: string) => readFileSync(join(run, 'model.safetensors'));
    expect(modelOf(parted).equals(modelOf(whole))).toBe(true);
  });
});

it('--binarize-seed decides the static bits of training and of evaluation', async () => {
  const settings = { ...tinySettings, data: path('colours.npy'), binarize: 'static', splits: '0.5/0.2/0.3' } as const;
  const partsOf = (changes: object) => experiment(completeConfig({ ...settings, ...changes }));
  const [usual, other] = [await partsOf({}), await partsOf({ binarizeSeed: 5 })];
  const bits = (split: 'train' | 'test', seed: number) => {
    const options = { binarisation: 'static', key: key(77), binarisationKey: key(seed) } as const;
    return [...dataRows(usual.set, split, options).row(0)];
  };
  expect([...usual.test.row(0)]).toEqual(bits('test', staticBinarisationSeed));
  expect([...other.test.row(0)]).toEqual(bits('test', 5));
  expect(bits('test', 5)).not.toEqual(bits('test', staticBinarisationSeed));
  expect([...trainingRows(other.set, other.plan, key(77)).row(0)]).toEqual(bits('train', 5));
});

describe('numbers about data with several kinds of columns, or with holes', () => {
  it('testNllPerDimension counts a category once, and missing values not at all', async () => {
    const rows = Array.from({ length: 40 }, (_, i) => `${i}.5,${'xyz'[i % 3]},${i % 2}`);
    const file = (name: string, texts: readonly string[]) => {
      writeFileSync(path(name), `a,letter,bit\n${texts.join('\n')}\n`);
      return path(name);
    };
    const full = await train(file('full.csv', rows), freshPath());
    expect(full.testNll / full.testNllPerDimension).toBeCloseTo(3, 9);
    const withoutLetters = file(
      'letterless.csv',
      rows.slice(0, 4).map((row) => row.replace(/[xyz]/, '')),
    );
    const test = `${file('seen.csv', rows)},${withoutLetters}`;
    const parted = await train(test, freshPath());
    expect(parted.testNll / parted.testNllPerDimension).toBeCloseTo(2, 9);
  });

  it('--standardize all takes mean and deviation over the observed values, also where a pixel has none', async () => {
    const images = Float32Array.from({ length: 40 * 6 }, (_, i) => 300 + 10 * Math.sin(i));
    for (let i = 0; i < images.length; i++) if (i % 6 === 0 || (i % 6 === 1 && i > 60)) images[i] = Number.NaN;
    writeFileSync(path('warm.npy'), npyOf(images, [40, 3, 2]));
    const data = path('warm.npy');
    const { model } = await experiment(completeConfig({ ...tinySettings, binarize: 'auto', data, splits: '1/0/0' }));
    const observed = [...images].filter((value) => !Number.isNaN(value));
    const mean = observed.reduce((sum, value) => sum + value, 0) / observed.length;
    const variance = observed.reduce((sum, value) => sum + (value - mean) ** 2, 0) / observed.length;
    const valuesOf = (name: string) => [...model.variables[name]!.dataSync()];
    expect(valuesOf('data/mean')).toEqual(new Array(6).fill(Math.fround(mean)));
    for (const scale of valuesOf('data/scale')) expect(scale).toBeCloseTo(Math.sqrt(variance), 5);
    expect(valuesOf('decoder/output/bias')[0]).toBe(0); // the pixel without values starts at the mean of all
  });
});
