// Entries to hide from a model: which ones, how many, and never all of a row.
import { drawUniform, fold, key } from '@flowvae/random';
import { describe, expect, it } from 'vitest';
import { type Entry, entriesOf, heldOut, withoutEntries } from '../../packages/evaluation/src/imputation/held-out.ts';

const entries = entriesOf([
  { kind: 'number', at: 0, width: 2 },
  { kind: 'category', at: 3, width: 3 },
  { kind: 'bit', at: 6, width: 1 },
]);

const rowWith = (mask: readonly number[]) => Float32Array.of(...mask.map((m, p) => m * (p + 1)), ...mask);
const places = (hidden: readonly Entry[]) => hidden.map(({ at }) => at);
const all = [1, 1, 1, 1, 1, 1, 1];
const hiddenIn = (mask: readonly number[], i: number, fraction = 0.3) =>
  places(heldOut(rowWith(mask), { entries, fraction, key: fold(key(8), i) }));

it('entriesOf counts each number and bit by itself, and a category once', () => {
  expect(entries).toEqual([
    { kind: 'number', at: 0, width: 1, place: 0 },
    { kind: 'number', at: 1, width: 1, place: 0 },
    { kind: 'category', at: 3, width: 3, place: 1 },
    { kind: 'bit', at: 6, width: 1, place: 2 },
  ]);
});

describe('heldOut', () => {
  it('hides each observed entry with the given probability, by itself', () => {
    const rows = 4000;
    const hidden = Array.from({ length: rows }, (_, i) => hiddenIn(all, i));
    const share = (isIn: (places: number[]) => boolean) => hidden.filter(isIn).length / rows;
    const spread = (p: number) => Math.sqrt((p * (1 - p)) / rows);
    for (const { at } of entries)
      expect(Math.abs(share((found) => found.includes(at)) - 0.3) / spread(0.3)).toBeLessThan(4);
    const both = share((found) => found.includes(0) && found.includes(3));
    expect(Math.abs(both - 0.09) / spread(0.09)).toBeLessThan(4);
  });

  it('depends on the key and on the row only', () => {
    expect(hiddenIn(all, 5)).toEqual(hiddenIn(all, 5));
    expect(new Set(Array.from({ length: 30 }, (_, i) => hiddenIn(all, i).join())).size).toBeGreaterThan(5);
    const uniforms = drawUniform(fold(key(8), 5), entries.length);
    expect(hiddenIn(all, 5)).toEqual(entries.filter((_, e) => uniforms[e]! < 0.3).map(({ at }) => at));
  });

  it('hides no missing entry, and a category only if all its columns are observed', () => {
    const mask = [1, 0, 1, 1, 0, 1, 1];
    const found = Array.from({ length: 200 }, (_, i) => hiddenIn(mask, i, 0.5)).flat();
    expect([...new Set(found)].toSorted()).toEqual([0, 6]);
  });

  it('leaves one of the observed entries, each as often', () => {
    const mask = [1, 1, 0, 0, 0, 0, 1];
    const kept = Array.from({ length: 3000 }, (_, i) => {
      const found = hiddenIn(mask, i, 0.999);
      expect(found.length).toBeLessThan(3);
      return [0, 1, 6].filter((at) => !found.includes(at)).join();
    });
    for (const at of ['0', '1', '6']) {
      const share = kept.filter((one) => one === at).length / 3000;
      expect(Math.abs(share - 1 / 3)).toBeLessThan(4 * Math.sqrt(2 / 9 / 3000));
    }
    expect(Array.from({ length: 50 }, (_, i) => hiddenIn([0, 1, 0, 0, 0, 0, 0], i, 0.999)).flat()).toEqual([]);
    expect(hiddenIn([0, 0, 0, 0, 0, 0, 0], 1, 0.9)).toEqual([]);
  });

  it('may hide all entries of known columns where a value of another column stays', () => {
    expect(hiddenIn([1, 0, 1, 0, 0, 0, 0], 0, 0.999)).toEqual([0]);
  });
});

it('withoutEntries leaves out values and mask of entries, in a new array', () => {
  const row = rowWith(all);
  const rest = withoutEntries(row, [entries[0]!, entries[2]!]);
  expect([...rest]).toEqual([0, 2, 3, 0, 0, 0, 7, 0, 1, 1, 0, 0, 0, 1]);
  expect([...row]).toEqual([...rowWith(all)]);
});
