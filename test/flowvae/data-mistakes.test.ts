// Mistakes about data: one line that names the flag, and no file that stays open.
import { existsSync, readdirSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { completeConfig, trainRun } from 'flowvae';
import { beforeAll, describe, expect, it } from 'vitest';
import { folder, path, small, writeDataFiles } from './data-files.ts';
import { flowvaeHere } from './in-process.ts';
import { freshPath, tinySettings } from './tiny-run.ts';

beforeAll(writeDataFiles);

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
      /--likelihood: expected gaussian, student-t, laplace or columns, for the data are numbers, got bernoulli, one of bits; pass --likelihood /,
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
