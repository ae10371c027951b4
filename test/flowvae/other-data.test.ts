// Runs on data of several kinds, from training to files, and the same runs on other data.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { decodeSafetensors } from 'flowvae';
import { beforeAll, describe, expect, it } from 'vitest';
import { idxImages } from '../datasets/idx-fixtures.ts';
import { flowvaeHere } from './in-process.ts';
import { npyOf } from './npy-of.ts';
import { freshPath } from './tiny-run.ts';

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

  it('a run that goes on has the bytes of one that was not stopped', async () => {
    const [whole, parted] = [freshPath(), freshPath()];
    await train(path('holes.npy'), whole, '--checkpoint-every', '2');
    await train(path('holes.npy'), parted, '--checkpoint-every', '2');
    const { code } = await flowvaeHere(['train', '--resume', parted, '--json']);
    expect(code).toBe(0);
    const modelOf = (run: string) => readFileSync(join(run, 'model.safetensors'));
    expect(modelOf(parted).equals(modelOf(whole))).toBe(true);
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
