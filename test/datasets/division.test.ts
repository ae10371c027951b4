// Splits: the same seed gives the same rows, shares are kept over all rows and within classes, and every row is in one.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { apportioned } from '../../packages/datasets/src/sets/apportionment.ts';
import { divideRows } from '../../packages/datasets/src/sets/division.ts';
import { readSplitRule } from '../../packages/datasets/src/sets/split-rule.ts';
import { arrayInMemory } from '../../packages/datasets/src/sources/in-memory.ts';
import type { OpenedPart, OpenedSource } from '../../packages/datasets/src/sources/opened-part.ts';

type Given = Partial<Omit<OpenedPart, 'y'>> & { readonly count: number; readonly y?: readonly number[] };

const partOf = ({ count, y, ...rest }: Given): OpenedPart => ({
  name: 'x',
  x: { where: 'x', shape: [count, 1], type: 'f4', read() {} },
  ...(y ? { y: arrayInMemory(Float32Array.from(y), [count], 'x: y') } : {}),
  ...rest,
});

const sourceOf = (parts: readonly Given[], validatesLast = false): OpenedSource => ({
  name: 'data',
  parts: parts.map(partOf),
  notes: [],
  validatesLast,
  checksum: () => undefined,
  close() {},
});

const divided = (parts: readonly Given[], rule = 'auto', seed = 0) =>
  divideRows(sourceOf(parts), { rule: readSplitRule(rule), seed }).splits;

const sizes = ({ train, validation, test }: ReturnType<typeof divided>) => [
  train.length,
  validation.length,
  test.length,
];

describe('apportioned', () => {
  it('is the method of largest remainders for one group', () => {
    expect(apportioned([10], [0.8, 0.1, 0.1])).toEqual([[8, 1, 1]]);
    expect(apportioned([17], [0.5, 0.3, 0.2])).toEqual([[9, 5, 3]]); // 8.5, 5.1, 3.4
    expect(apportioned([100], [0.29, 0.01, 0.7])).toEqual([[29, 1, 70]]);
    expect(apportioned([1], [0.8, 0.1, 0.1])).toEqual([[1, 0, 0]]);
    expect(apportioned([60_000], [5 / 6, 1 / 6, 0])).toEqual([[50_000, 10_000, 0]]);
  });

  it('keeps the shares over many classes of 1 and 2 rows as far as each has a row for training', () => {
    const totals = (size: number) => {
      const all = apportioned(new Array(1000).fill(size), [0.8, 0.1, 0.1]);
      return [0, 1, 2].map((split) => all.reduce((sum, numbers) => sum + numbers[split]!, 0));
    };
    expect(totals(1)).toEqual([1000, 0, 0]);
    expect(totals(2)).toEqual([1600, 200, 200]);
    expect(totals(3)).toEqual([2400, 300, 300]);
  });

  it('gives every group its shares, rounded up or down, and a training row', () => {
    const shares = fc.tuple(fc.integer({ min: 1, max: 20 }), fc.nat(20), fc.nat(20));
    fc.assert(
      fc.property(fc.array(fc.nat(50), { maxLength: 40 }), shares, (groups, weights) => {
        const sum = weights.reduce((a, b) => a + b);
        const totals = [0, 0, 0];
        for (const [g, numbers] of apportioned(groups, weights).entries()) {
          const size = groups[g]!;
          expect(numbers.reduce((a, b) => a + b)).toBe(size);
          if (size > 0) expect(numbers[0]).toBeGreaterThan(0);
          for (const [split, number] of numbers.entries()) {
            totals[split]! += number;
            expect(Math.abs(number - (size * weights[split]!) / sum)).toBeLessThan(1);
          }
        }
        const rows = groups.reduce((a, b) => a + b, 0);
        const isForced = groups.some((size) => size > 0 && (size * weights[0]!) / sum < 1);
        if (!isForced) {
          for (const [i, total] of totals.entries()) {
            expect(Math.abs(total - (rows * weights[i]!) / sum)).toBeLessThan(2);
          }
        }
      }),
      { numRuns: 300 },
    );
  });
});

describe('divideRows', () => {
  it('puts every row into one split, rising, and the same rows for the same seed', () => {
    const splits = divided([{ count: 1003 }], 'auto', 3);
    expect(sizes(splits)).toEqual([803, 100, 100]);
    const all = [...splits.train, ...splits.validation, ...splits.test];
    expect(all.toSorted((a, b) => a - b)).toEqual([...Array(1003).keys()]);
    for (const rows of Object.values(splits)) expect([...rows].toSorted((a, b) => a - b)).toEqual([...rows]);
    expect(divided([{ count: 1003 }], '0.8/0.1/0.1', 3)).toEqual(splits);
    expect(divided([{ count: 1003, role: 'train' }], 'auto', 3)).toEqual(splits);
    expect(divided([{ count: 1003 }], 'auto', 4)).not.toEqual(splits);
  });

  it('draws each row as often as another', () => {
    const taken = new Array(10).fill(0);
    for (let seed = 0; seed < 2000; seed++) taken[divided([{ count: 10 }], 'auto', seed).test[0]!]++;
    for (const times of taken) expect(Math.abs(times - 200)).toBeLessThan(5 * Math.sqrt(180));
  });

  it('draws within classes, so that each has its shares', () => {
    const y = Array.from({ length: 300 }, (_, i) => (i % 3 === 0 ? 7 : i % 30 === 1 ? -1 : 2));
    const splits = divided([{ count: 300, y }], 'stratified:0.5/0.3/0.2');
    const countOf = (rows: Uint32Array, label: number) => rows.filter((row) => y[row] === label).length;
    const shares = [7, -1, 2].map((label) => Object.values(splits).map((rows) => countOf(rows, label)));
    expect(shares).toEqual([
      [50, 30, 20],
      [5, 3, 2],
      [95, 57, 38],
    ]);
  });

  it('draws the missing parts from the training part', () => {
    const role = (train: number, validation: number, test: number): Given[] => [
      { count: train, role: 'train' },
      { count: validation, role: 'validation' },
      { count: test, role: 'test' },
    ];
    expect(sizes(divided(role(60, 7, 5)))).toEqual([60, 7, 5]);
    expect(sizes(divided(role(60, 7, 0)))).toEqual([54, 7, 6]);
    const drawn = divided(role(60, 0, 5));
    expect([...drawn.test]).toEqual([60, 61, 62, 63, 64]);
    expect(sizes(drawn)).toEqual([50, 10, 5]);
    expect([...drawn.validation]).not.toEqual([...Array(10).keys()].map((i) => 50 + i));
    const { splits } = divideRows(sourceOf(role(60, 0, 5), true), { rule: { kind: 'auto' }, seed: 1 });
    expect([...splits.validation]).toEqual([...Array(10).keys()].map((i) => 50 + i));
  });

  it('takes the words and the numbers of a column', () => {
    const names = ['Train', ' test ', '1', '2.0', 'dev'];
    const splits = divided([{ count: 6, partOf: { values: [0, 1, 2, 3, 4, 0], names } }], 'column:part');
    expect(splits).toEqual({
      train: Uint32Array.of(0, 5),
      validation: Uint32Array.of(2, 4),
      test: Uint32Array.of(1, 3),
    });
  });

  it.each([['holdout'], ['3'], [''], ['1.5'], ['0x1'], ['-0']])('refuses the word %j in a column', (word) => {
    const part = { count: 2, partOf: { values: [0, 1], names: ['train', word] } };
    expect(() => divided([part], 'column:part')).toThrow(
      `data: part, row 1: expected train, validation or test, or 0, 1 or 2, got ${word}`,
    );
  });

  it('refuses data without a row for training, and too many rows', () => {
    const test = { count: 3, partOf: { values: [0, 0, 0], names: ['test'] } };
    expect(() => divided([test], 'column:part')).toThrow('data: expected rows for training, got none among 3');
    expect(() => divided([{ count: 2 ** 33 }])).toThrow('data: expected at most 4294967295 rows, got 8589934592');
  });

  it('divides two million rows in little memory and time', () => {
    const count = 2_000_000;
    const [before, start] = [process.memoryUsage().arrayBuffers, performance.now()];
    const splits = divided([
      { count: count - 10, role: 'train' },
      { count: 10, role: 'test' },
    ]);
    expect(sizes(splits)).toEqual([Math.ceil(((count - 10) * 5) / 6), Math.floor((count - 10) / 6), 10]);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(30 * count);
    expect(performance.now() - start).toBeLessThan(10_000);
  });
});

describe('readSplitRule', () => {
  it('reads shares, shares in classes, and columns', () => {
    expect(readSplitRule('0.7/0.2/0.1')).toEqual({
      kind: 'fractions',
      fractions: [0.7, 0.2, 0.1],
      isStratified: false,
    });
    expect(readSplitRule('stratified:1/0/0')).toMatchObject({ isStratified: true, fractions: [1, 0, 0] });
    expect(readSplitRule('column:a:b c')).toEqual({ kind: 'column', name: 'a:b c' });
  });

  it.each([
    '',
    'automatic',
    '0.8/0.2',
    '0.8/0.1/0.2',
    '0/0.5/0.5',
    '1.2/-0.1/-0.1',
    'NaN/0/1',
    'column:',
    '0.8//0.2',
    'stratified:',
    '././1',
  ])('refuses %j', (text) => {
    expect(() => readSplitRule(text)).toThrow(
      `splits: expected auto, 0.8/0.1/0.1, stratified:0.8/0.1/0.1 or column:name`,
    );
  });
});
