// Readers of one's own: their data are a set like any other, and wrong results are refused.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openData, type ReaderRow } from '@flowvae/datasets';
import { afterAll, describe, expect, it } from 'vitest';

const folder = mkdtempSync(join(tmpdir(), 'flowvae-readers-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const path = (name: string) => join(folder, name);
writeFileSync(path('a.mine'), '1 2\n3 4\n5 6');
writeFileSync(path('b.mine'), '7 8\n9 0');
writeFileSync(path('table.csv'), 'x,y\n1,2\n3,4\n');

const numbers = (text: string) => text.split(/\s+/).map(Number);
const pairs = (values: readonly number[]) => ({ values: Float32Array.from(values), shape: [values.length / 2, 2] });
const mine: ReaderRow = {
  reads: (file) => file.endsWith('.mine'),
  make: async (file) => ({ x: pairs(numbers((await import('node:fs')).readFileSync(file, 'utf8'))) }),
};
const opened = (text: string, readers: Readonly<Record<string, ReaderRow>> = { mine }, options = {}) =>
  openData(text, { readers, ...options });

describe('a reader', () => {
  it('gives the rows of its files, and the checksum of their numbers', async () => {
    const set = await opened(path('a.mine'), { mine }, { splits: '0.4/0.3/0.3' });
    const values = new Float32Array(6);
    set.x.read(0, 3, values);
    expect([...values]).toEqual([1, 2, 3, 4, 5, 6]);
    expect([set.name, set.description.shape, set.checksum()?.length]).toEqual(['a.mine', [2], 64]);
  });

  it('joins two files as training and test data, and leaves other files to the built-in readers', async () => {
    const set = await opened(`${path('a.mine')},${path('b.mine')}`);
    expect([set.x.shape, set.splits.test.length]).toEqual([[5, 2], 2]);
    const table = await opened(path('table.csv'), { mine }, { splits: '0.5/0/0.5' });
    expect(table.description.columns?.map(({ name }) => name)).toEqual(['x', 'y']);
  });

  it('may take files that a built-in reader knows', async () => {
    const csv: ReaderRow = { reads: (file) => file.endsWith('.csv'), make: () => ({ x: pairs([1, 2, 3, 4]) }) };
    const set = await opened(path('table.csv'), { csv }, { splits: '0.5/0/0.5' });
    expect(set.description.columns).toBeUndefined();
  });

  const made = (result: object): Readonly<Record<string, ReaderRow>> => ({
    mine: { ...mine, make: () => result as ReturnType<ReaderRow['make']> },
  });
  it.each<[string, Readonly<Record<string, ReaderRow>>, object, string]>([
    [
      'two readers of one file',
      { mine, other: mine },
      {},
      'a.mine: expected one reader that reads it, got mine and other',
    ],
    [
      'a result without x',
      made({ y: pairs([1, 2]) }),
      {},
      'reader mine: make: expected data, with x ({ values: a typed array, shape: its sizes }), got no x',
    ],
    [
      'a plain list',
      made({ x: { values: [1, 2], shape: [1, 2] } }),
      {},
      'reader mine: make: expected data, with x ({ values: a typed array, shape: its sizes }), got values Array, shape object',
    ],
    [
      'a shape of other numbers',
      made({ x: { values: new Float32Array(3), shape: [2, 2] } }),
      {},
      'expected 4 numbers, as the shape [2,2] says, got 3',
    ],
    [
      'an option for other sources',
      { mine },
      { leaveOut: ['a'] },
      'leaveOut: expected no such option for data of the reader mine',
    ],
  ])('refuses %s', async (_, readers, options, text) => {
    await expect(opened(path('a.mine'), readers, options)).rejects.toThrow(text);
  });

  it('refuses names of arrays', async () => {
    await expect(opened(`${path('a.mine')}:x`)).rejects.toThrow(
      'expected no names of arrays in data of the reader mine',
    );
  });
});
