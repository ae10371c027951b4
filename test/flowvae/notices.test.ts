// Settings that can be used, but not as they were meant, are told: more threads than cores, more test images than there
// are.
import { availableParallelism } from 'node:os';
import { describe, expect, it } from 'vitest';
import { imagesNotice, threadsNotice } from '../../packages/flowvae/src/command/checks/requirements/notices.ts';
import { flowvaeHere } from './in-process.ts';
import { freshPath, tinyData, tinyFlags } from './tiny-run.ts';

it.each([
  [1, 1, undefined],
  [4, 4, undefined],
  [2, 1, '--threads 2: this process may use 1 core; more threads than cores take turns, and steps get slower'],
  [8, 2, '--threads 8: this process may use 2 cores; more threads than cores take turns, and steps get slower'],
])('threadsNotice of %d threads on %d cores', (threads, cores, text) => {
  expect(threadsNotice({ threads }, cores)).toBe(text);
});

it.each([
  [12, undefined],
  [13, '--eval-images 13: the data set has 12 test images; all of them are evaluated'],
])('imagesNotice of %d of 12 images', (evalImages, text) => {
  expect(imagesNotice({ evalImages }, 12)).toBe(text);
});

describe('the command', () => {
  const data = tinyData();
  const notices = (stderr: string) => stderr.split('\n').filter((line) => line.startsWith('--'));

  it('gives both numbers, evaluates all images, and says nothing if no number was asked for', async () => {
    const out = freshPath();
    const many = ['--eval-images', '13', '--threads', `${availableParallelism() + 1}`, '--quiet'];
    const train = await flowvaeHere(['train', ...tinyFlags(data), '--out', out, '--json', ...many]);
    expect(train.code).toBe(0);
    expect(notices(train.stderr)).toEqual([
      expect.stringContaining('more threads than cores'),
      '--eval-images 13: the data set has 12 test images; all of them are evaluated',
    ]);
    expect(JSON.parse(train.stdout)).toMatchObject({ evalImages: 12 });
    const evaluate = async (...args: readonly string[]) =>
      notices((await flowvaeHere(['evaluate', out, '--threads', '1', '--eval-samples', '2', ...args])).stderr);
    expect(await evaluate('--eval-images', '14')).toEqual([
      '--eval-images 14: the data set has 12 test images; all of them are evaluated',
    ]);
    expect(await evaluate()).toEqual([]);
    const unasked = await flowvaeHere([
      'train',
      '--data',
      data,
      '--steps',
      '1',
      '--batch',
      '9',
      '--hidden',
      '4',
      '--out',
      freshPath(),
    ]);
    expect([unasked.code, notices(unasked.stderr)]).toEqual([0, []]);
  });

  it('tells that fewer images are encoded than were asked for, and that a finished run has nothing left to train', async () => {
    const out = freshPath();
    await flowvaeHere(['train', ...tinyFlags(data), '--out', out]);
    const latents = `${out}/latents`;
    const encode = (...images: readonly string[]) => flowvaeHere(['encode', out, '--out', latents, ...images]);
    expect(notices((await encode('--images', '13', '--split', 'validation')).stderr)).toEqual([
      '--images 13: the validation split has 10 images; all of them are encoded',
    ]);
    expect(notices((await encode('--images', '12')).stderr)).toEqual([]);
    const again = await flowvaeHere(['train', '--resume', out]);
    expect([again.code, again.stderr]).toEqual([0, expect.stringContaining('all 6 steps were done before')]);
    expect(again.stderr).not.toContain('training 6 steps');
  });

  it('refuses a file to write that has no name or lies in no folder, before any work', async () => {
    const out = freshPath();
    for (const [name, text] of [
      ['', '--out: expected a file, got an empty name; name a file'],
      [`${out}/`, `--out ${out}/: expected a file, got a folder; name a file`],
    ] as const) {
      const { code, stderr } = await flowvaeHere(['encode', 'run', '--out', name]);
      expect([code, stderr]).toEqual([2, `flowvae: ${text}\n`]);
    }
    for (const command of [
      ['encode', 'run'],
      ['sample', 'run'],
      ['metrics', 'run'],
    ]) {
      const { code, stderr } = await flowvaeHere([...command, '--out', `${out}/none/file.png`]);
      const expected = 'expected a file in a folder that is there, got no folder';
      expect([code, stderr]).toEqual([
        2,
        `flowvae: --out ${out}/none/file.png: ${expected} ${out}/none; make the folder\n`,
      ]);
    }
  });
});
