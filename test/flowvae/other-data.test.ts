// Runs on other data than those of their training, and on few rows.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { idxImages } from '../datasets/idx-fixtures.ts';
import { encoded, judged, path, small, train, writeDataFiles } from './data-files.ts';
import { flowvaeHere } from './in-process.ts';
import { freshPath } from './tiny-run.ts';

beforeAll(writeDataFiles);

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

  it('have a report of their own: the run keeps its own page and numbers', async () => {
    expect((await flowvaeHere(['evaluate', run, '--report'])).code).toBe(0);
    const kept = () => ['report.html', 'report.json'].map((name) => readFileSync(join(run, name), 'utf8'));
    const before = kept();
    const { stdout } = await flowvaeHere(['evaluate', run, '--report', '--json', '--data', path('others.npy')]);
    expect(JSON.parse(stdout).report).toBe(join(run, 'report-others.npy.html'));
    expect(readFileSync(join(run, 'report-others.npy.html'), 'utf8')).toContain('others.npy');
    expect(kept()).toEqual(before);
  }, 60_000);

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
