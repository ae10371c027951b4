// Runs on data of several kinds, from training to files, and the same runs on other data.
import { existsSync, mkdirSync, readdirSync, readFileSync, readlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { completeConfig, decodeSafetensors, experiment, trainRun } from 'flowvae';
import { beforeAll, describe, expect, it } from 'vitest';
import { idxImages } from '../datasets/idx-fixtures.ts';
import { flowvaeHere } from './in-process.ts';
import { npyOf } from './npy-of.ts';
import { freshPath, tinySettings } from './tiny-run.ts';

const folder = freshPath();
const path = (name: string) => join(folder, name);

/** Numbers that no two rows share. */
const numbers = (rows: number, width: number, shift = 0) =>
  Float32Array.from({ length: rows * width }, (_, i) => Math.sin(i + shift) * 10 ** (i % width));

const small = [
  '--latent',
  '2',
  '--hidden',
  '8',
  '--flow',
  'planar*2',
  '--batch',
  '10',
  '--steps',
  '4',
  '--threads',
  '1',
];
const judged = ['--eval-samples', '5', '--eval-images', '6'];
const train = async (data: string, out: string, ...flags: readonly string[]) => {
  const { code, stdout, stderr } = await flowvaeHere([
    'train',
    '--data',
    data,
    '--out',
    out,
    '--json',
    ...small,
    ...judged,
    ...flags,
  ]);
  expect([code, code === 0 ? '' : stderr]).toEqual([0, '']);
  return JSON.parse(stdout);
};
const encoded = async (run: string, ...flags: readonly string[]) => {
  const out = freshPath();
  const { code, stderr } = await flowvaeHere(['encode', run, '--out', out, ...flags]);
  expect([code, code === 0 ? '' : stderr]).toEqual([0, '']);
  return decodeSafetensors(readFileSync(out), out).tensors;
};

beforeAll(() => {
  mkdirSync(folder, { recursive: true });
  const holes = numbers(60, 3);
  for (let i = 0; i < holes.length; i += 7) holes[i] = Number.NaN;
  writeFileSync(path('holes.npy'), npyOf(holes, [60, 3]));
  writeFileSync(path('numbers.npy'), npyOf(numbers(60, 3), [60, 3]));
  writeFileSync(path('others.npy'), npyOf(numbers(9, 3, 500), [9, 3]));
  writeFileSync(
    path('colours.npy'),
    npyOf(
      Uint8Array.from({ length: 40 * 48 }, (_, i) => (i * 37) % 256),
      [40, 4, 4, 3],
    ),
  );
  const rows = Array.from(
    { length: 50 },
    (_, i) =>
      `${i % 7}.5,${i % 11 === 0 ? '' : (i % 5) * 100},${'xyz'[i % 3]},${i % 2},${i % 4 === 0 ? 'hot' : 'cold'}`,
  );
  writeFileSync(path('table.csv'), `a,b,letter,bit,kind\n${rows.join('\n')}\n`);
});

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

describe.runIf(existsSync('/proc/self/fd'))('data files of a run that cannot begin, seen by /proc/self/fd', () => {
  const opened = (file: string) =>
    readdirSync('/proc/self/fd').filter((fd) => {
      try {
        return readlinkSync(join('/proc/self/fd', fd)) === file;
      } catch {
        return false; // the listing's own
      }
    }).length;

  it.each<[string, Readonly<Record<string, unknown>>, string]>([
    ['a likelihood of other data', { likelihood: 'bernoulli' }, '--likelihood: expected '],
    ['a batch above the rows', { batch: 1000 }, '--batch: expected '],
    ['a folder in use', { out: folder }, '`out` '],
  ])('%s: are closed', async (_, { out = freshPath(), ...changes }, text) => {
    const data = path('numbers.npy');
    const before = opened(data);
    const config = completeConfig({ ...tinySettings, binarize: 'auto', data, ...changes });
    await expect(trainRun(config, { out: String(out) })).rejects.toThrow(text);
    expect(opened(data)).toBe(before);
  });
});

describe('a mistake about data', () => {
  it.each([
    [['--data', 'table.csv', '--labels', 'knd'], / --labels: expected a column of the file: .*; did you mean kind\?$/],
    [['--data', 'table.csv', '--leave-out', 'lettr'], / --leave-out: expected a column of .*; did you mean letter\?$/],
    [['--data', 'table.csv', '--size', '3'], / --size: expected no such option for a table, got /],
    [['--data', 'numbers.npy:y'], /numbers\.npy: expected one of the (names|arrays) data, got "y"/],
    [
      ['--data', 'numbers.npy', '--likelihood', 'bernoulli'],
      /--likelihood: expected gaussian or columns, for the data are numbers, got bernoulli, one of bits; pass --likelihood /,
    ],
  ])('%j is one line that names the flag', async (flags, text) => {
    const [name, data, ...others] = flags as [string, string, ...string[]];
    const out = freshPath();
    const { code, stderr } = await flowvaeHere(['train', name, path(data), ...others, '--out', out, ...small]);
    expect([code, stderr.trimEnd().split('\n').length]).toEqual([2, 1]);
    expect(stderr.trimEnd()).toMatch(text);
    expect(existsSync(out)).toBe(false);
  });
});

describe('other data', () => {
  const run = freshPath();
  beforeAll(() => train(path('numbers.npy'), run));

  it('that do not name test rows are encoded and evaluated whole; the same data elsewhere keep their test rows', async () => {
    expect((await encoded(run, '--data', path('others.npy'))).mean!.shape).toEqual([9, 2]);
    const evaluate = await flowvaeHere([
      'evaluate',
      run,
      '--data',
      path('others.npy'),
      '--eval-images',
      '100',
      '--json',
    ]);
    expect(JSON.parse(evaluate.stdout)).toMatchObject({ evalImages: 9 });
    writeFileSync(path('moved.npy'), readFileSync(path('numbers.npy')));
    const moved = await flowvaeHere(['evaluate', run, '--data', path('moved.npy'), '--json']);
    const own = await flowvaeHere(['evaluate', run, '--json']);
    expect(JSON.parse(moved.stdout).testNll).toBe(JSON.parse(own.stdout).testNll);
    expect(moved.stderr).not.toContain('are not those of the run');
  });

  it('of another shape or with missing values are refused in one line', async () => {
    for (const [name, text] of [
      [
        'colours.npy',
        /^flowvae: data \S+colours\.npy: expected rows of 3 numbers, as the model was trained on, got 4 x 4 x 3; /,
      ],
      [
        'holes.npy',
        /^flowvae: data \S+holes\.npy: expected data without missing values, as the model was trained on, got 26 missing ones; /,
      ],
    ] as const) {
      const { code, stderr } = await flowvaeHere(['evaluate', run, '--data', path(name)]);
      expect([code, stderr]).toEqual([2, expect.stringMatching(text)]);
      expect(stderr.trimEnd().split('\n')).toHaveLength(1);
    }
  });

  it('may be test images alone', async () => {
    const images = freshPath();
    for (const [each, files] of [
      ['both', { 'train-images-idx3-ubyte': idxImages(30, 6, 5), 't10k-images-idx3-ubyte': idxImages(12, 6, 5, 77) }],
      ['test', { 't10k-images-idx3-ubyte': idxImages(12, 6, 5, 77) }],
    ] as const) {
      mkdirSync(join(images, each), { recursive: true });
      for (const [name, bytes] of Object.entries(files)) writeFileSync(join(images, each, name), bytes);
    }
    const digits = freshPath();
    await train(join(images, 'both'), digits, '--binarize', 'static');
    const alone = await encoded(digits, '--data', join(images, 'test'));
    expect(alone.mean!.values).toEqual((await encoded(digits)).mean!.values);
    const { code, stderr } = await flowvaeHere([
      'train',
      '--data',
      join(images, 'test'),
      '--out',
      freshPath(),
      ...small,
    ]);
    expect([code, stderr]).toEqual([2, expect.stringContaining('expected one of the files train-images-idx3-ubyte')]);
  });
});

describe('few rows', () => {
  it('make a smaller batch where none was asked for', async () => {
    const flags = small.filter((word, i) => word !== '--batch' && small[i - 1] !== '--batch');
    const run = freshPath();
    const { code, stderr } = await flowvaeHere([
      'train',
      '--data',
      path('others.npy'),
      '--out',
      run,
      ...flags,
      ...judged,
    ]);
    expect(code).toBe(0);
    expect(stderr).toContain('; batches of all 7 training rows\n');
    expect(JSON.parse(readFileSync(join(run, 'config.json'), 'utf8')).batch).toBe(7);
    const asked = await flowvaeHere([
      'train',
      '--data',
      path('others.npy'),
      '--out',
      freshPath(),
      ...flags,
      '--batch',
      '8',
    ]);
    expect([asked.code, asked.stderr]).toEqual([
      2,
      expect.stringContaining('--batch: expected a whole number from 1 to 7'),
    ]);
  });
});
