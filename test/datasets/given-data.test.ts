// Arrays of a program as a data set: the same rows, form, splits and checksum as the same arrays in a file.
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { dataRows, dataSet, encodeSafetensors, key, openData } from 'flowvae';
import { expect, it } from 'vitest';

const [count, width] = [20, 3];
const values = Float32Array.from({ length: count * width }, (_, i) => Math.sin(i) * 5);
const labels = Int32Array.from({ length: count }, (_, i) => i % 2);

it('dataSet gives the rows, the form and the splits of the same arrays in a file', async () => {
  const path = join(mkdtempSync(join(tmpdir(), 'flowvae-given-')), 'rows.safetensors');
  writeFileSync(path, encodeSafetensors({ tensors: { x: { shape: [count, width], values } }, metadata: {} }));
  const stored = await openData(`${path}:x`, { splitSeed: 3 });
  const given = dataSet({ name: 'rows', x: { values, shape: [count, width] } }, { splitSeed: 3 });
  expect(given.description).toEqual(stored.description);
  for (const split of ['train', 'validation', 'test'] as const) {
    const rowsOf = (set: typeof given) => {
      const points = dataRows(set, split, { binarisation: 'none', key: key(0) });
      return Array.from({ length: points.count }, (_, i) => [...points.row(i)]);
    };
    expect(given.splits[split].length).toBeGreaterThan(0);
    expect(rowsOf(given)).toEqual(rowsOf(stored));
  }
});

it('dataSet keeps the test rows that are given, with labels, classes and missing values', () => {
  const holes = values.slice();
  holes[4] = Number.NaN;
  const rows = { x: { values: holes, shape: [count, width] }, y: { values: labels, shape: [count] } };
  const set = dataSet({ name: 'rows', ...rows, classes: ['even', 'odd'], test: rows });
  expect(set.description).toMatchObject({ hasMissing: true, classes: ['even', 'odd'], form: 'real' });
  expect(set.isDrawn).toBe(false);
  expect([...set.splits.test]).toEqual(Array.from({ length: count }, (_, i) => count + i));
  const row = dataRows(set, 'test', { binarisation: 'none', key: key(0) }).row(1);
  expect([...row.subarray(width)]).toEqual([1, 0, 1]);
});

it('dataSet has a checksum of its numbers, its shapes and their roles', () => {
  const of = (x: Float32Array, shape = [count, width]) => dataSet({ name: 'a', x: { values: x, shape } }).checksum();
  const other = values.slice();
  other[59]! += 1;
  expect(of(values.slice())).toBe(of(values));
  expect(new Set([of(values), of(other), of(values, [width, count])]).size).toBe(3);
});

it.each([
  ['a shape of another size', { values, shape: [7, 3] }, {}, 'rows: x: expected 21 numbers, as the shape [7,3] says'],
  [
    'fewer labels',
    { values, shape: [20, 3] },
    { y: { values: labels.subarray(1), shape: [19] } },
    'rows: y: expected 20',
  ],
  [
    'a mask of another shape',
    { values, shape: [20, 3] },
    { mask: { values: new Uint8Array(40), shape: [20, 2] } },
    'rows: mask: expected 3 along axis 1, as x has, got [20,2]',
  ],
])('dataSet refuses %s', (_, x, others, message) => {
  expect(() => dataSet({ name: 'rows', x, ...others })).toThrow(message);
});
