// Stored arrays seen in another way.
import { describe, expect, it } from 'vitest';
import { bytesInMemory, joined, section } from '../../packages/datasets/src/stored/byte-source.ts';
import { storedArray } from '../../packages/datasets/src/stored/stored-array.ts';
import { columnMajorImages, concatenated, inverted, reshaped } from '../../packages/datasets/src/stored/views.ts';

const stored = (values: readonly number[], shape: readonly number[]) =>
  storedArray(bytesInMemory(Uint8Array.from(values), 'x'), { type: 'u1', littleEndian: true, shape, offset: 0 });

const numbers = (count: number) => Array.from({ length: count }, (_, i) => i);

describe('a view of a stored array', () => {
  it('turns images whose pixels go down the columns', () => {
    // 2 rows, 3 columns: 0 2 4 / 1 3 5
    const images = columnMajorImages(stored(numbers(12), [2, 6]), 2, 3);
    expect(images.shape).toEqual([2, 2, 3]);
    expect([...images.readBytes!(0, 2)]).toEqual([0, 2, 4, 1, 3, 5, 6, 8, 10, 7, 9, 11]);
    const out = new Float32Array(6);
    images.read(1, 2, out);
    expect([...out]).toEqual([6, 8, 10, 7, 9, 11]);
  });

  it('refuses a shape of another size', () => {
    expect(() => reshaped(stored(numbers(6), [2, 3]), [2, 2])).toThrow(
      'x: expected rows of 4 numbers, for shape [2,2], got 3 numbers',
    );
  });

  it('inverts 0 to 1, leaves the stored bytes alone, and refuses other numbers', () => {
    const bits = stored([0, 1, 1, 2], [2, 2]);
    const turned = inverted(bits);
    expect([...turned.readBytes!(0, 1)]).toEqual([1, 0]);
    expect([...turned.readBytes!(0, 1)]).toEqual([1, 0]);
    expect(() => turned.readBytes!(1, 2)).toThrow('x: expected numbers from 0 to 1, to invert, got 2');
    expect(() => turned.read(1, 2, new Float32Array(2))).toThrow('got 2');
  });

  it('puts arrays one after the other', () => {
    const [a, b, c] = [stored([0, 1], [1, 2]), stored([], [0, 2]), stored([2, 3, 4, 5, 6, 7], [3, 2])];
    const whole = concatenated([a, b, c], 'whole');
    expect(whole.shape).toEqual([4, 2]);
    for (let from = 0; from <= 4; from++) {
      for (let to = from; to <= 4; to++) {
        const out = new Float32Array(2 * (to - from));
        whole.read(from, to, out);
        expect([...out]).toEqual(numbers(8).slice(2 * from, 2 * to));
        expect([...whole.readBytes!(from, to)]).toEqual([...out]);
      }
    }
    expect(() => whole.read(3, 5, new Float32Array(4))).toThrow('whole: expected rows of 0 to 4, got 3 to 5');
    expect(() => whole.readBytes!(3, 5)).toThrow('whole: expected rows of 0 to 4, got 3 to 5');
    // rows of one array are not copied
    expect(whole.readBytes!(1, 3).buffer).toBe(c!.readBytes!(0, 2).buffer);
    expect(whole.readBytes!(0, 2).buffer).not.toBe(whole.readBytes!(0, 2).buffer);
  });
});

it('sections and joined sources read any range, and refuse others', () => {
  const part = section(bytesInMemory(Uint8Array.from(numbers(20)), 'x'), 5, 9);
  const source = joined([part, bytesInMemory(Uint8Array.of(100, 101), 'y'), part], 'z');
  const all = [5, 6, 7, 8, 100, 101, 5, 6, 7, 8];
  for (let from = 0; from <= 10; from++) {
    for (let to = from; to <= 10; to++) expect([...source.read(from, to)]).toEqual(all.slice(from, to));
  }
  expect(() => source.read(0, 11)).toThrow('z: expected at least 11 bytes, got 10');
  expect(() => part.read(0, 5)).toThrow('x: expected at least 5 bytes, got 4');
});
