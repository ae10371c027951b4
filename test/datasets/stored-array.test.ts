// Arrays in files: every element type, byte order and order of axes, and sizes that no file holds.
import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ExpectationError } from '@flowvae/tensor/plain';
import { afterAll, describe, expect, it } from 'vitest';
import { bytesInMemory, bytesOfFile } from '../../packages/datasets/src/stored/byte-source.ts';
import { decode, elementTypes, sizeOf } from '../../packages/datasets/src/stored/element-types.ts';
import { storedArray } from '../../packages/datasets/src/stored/stored-array.ts';

const folder = mkdtempSync(join(tmpdir(), 'flowvae-stored-'));
afterAll(() => rmSync(folder, { recursive: true }));

const writers: Readonly<Record<string, (view: DataView, at: number, value: number, little: boolean) => void>> = {
  b1: (view, at, value) => view.setUint8(at, value),
  u1: (view, at, value) => view.setUint8(at, value),
  i1: (view, at, value) => view.setInt8(at, value),
  u2: (view, at, value, little) => view.setUint16(at, value, little),
  i2: (view, at, value, little) => view.setInt16(at, value, little),
  u4: (view, at, value, little) => view.setUint32(at, value, little),
  i4: (view, at, value, little) => view.setInt32(at, value, little),
  u8: (view, at, value, little) => view.setBigUint64(at, BigInt(value), little),
  i8: (view, at, value, little) => view.setBigInt64(at, BigInt(value), little),
  f4: (view, at, value, little) => view.setFloat32(at, value, little),
  f8: (view, at, value, little) => view.setFloat64(at, value, little),
};

const numbers: Readonly<Record<string, readonly number[]>> = {
  b: [0, 1, 1, 0],
  u: [0, 1, 127, 255],
  i: [0, -1, 127, -128],
  f: [0, -1.5, 3 * 2 ** 34, Number.NEGATIVE_INFINITY],
};

describe.each([true, false])('decode, little-endian %s', (littleEndian) => {
  it.each(elementTypes.filter((type) => type !== 'f2'))('reads %s as DataView writes it, at any offset', (type) => {
    const values = numbers[type[0]!]!;
    const bytes = new Uint8Array(values.length * sizeOf(type) + 3).subarray(3);
    const view = new DataView(bytes.buffer, 3);
    for (const [i, value] of values.entries()) writers[type]!(view, i * sizeOf(type), value, littleEndian);
    const out = new Float32Array(values.length);
    decode(bytes, { type, littleEndian }, out);
    expect([...out]).toEqual([...values]);
  });

  it('reads f2: zeros, subnormals, powers of 2, the largest, ∞ and NaN', () => {
    // IEEE 754 binary16
    const halves = [
      [0x0000, 0],
      [0x8000, -0],
      [0x0001, 2 ** -24],
      [0x83ff, -1023 * 2 ** -24],
      [0x0400, 2 ** -14],
      [0x3c00, 1],
      [0x3555, 0.333251953125],
      [0xc000, -2],
      [0x7bff, 65504],
      [0x7c00, Number.POSITIVE_INFINITY],
      [0xfe00, Number.NaN],
    ] as const;
    const bytes = new Uint8Array(2 * halves.length);
    const view = new DataView(bytes.buffer);
    for (const [i, [bits]] of halves.entries()) view.setUint16(2 * i, bits, littleEndian);
    const out = new Float32Array(halves.length);
    decode(bytes, { type: 'f2', littleEndian }, out);
    expect([...out]).toEqual(halves.map(([, value]) => value));
  });
});

describe('storedArray', () => {
  const path = join(folder, 'numbers');
  const encoding = { type: 'u2', littleEndian: true } as const;
  const bytes = new Uint8Array(Uint16Array.from({ length: 24 }, (_, i) => 1000 * i).buffer);
  writeFileSync(path, bytes);
  const read = (array: ReturnType<typeof storedArray>, from: number, to: number) => {
    const out = new Float32Array((to - from) * array.shape.slice(1).reduce((a, b) => a * b, 1));
    array.read(from, to, out);
    return [...out].map((value) => value / 1000);
  };

  it.each(['memory', 'a file'])('reads rows from %s, row-major and column-major', (from) => {
    const source = from === 'memory' ? bytesInMemory(bytes, 'numbers') : bytesOfFile(path);
    const rows = storedArray(source, { ...encoding, shape: [4, 3, 2], offset: 0 });
    expect(read(rows, 1, 3)).toEqual([6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17]);
    const columns = storedArray(source, { ...encoding, shape: [4, 3, 2], offset: 0, columnMajor: true });
    // element [n, i, j] lies at n + 4·i + 12·j
    const at = (n: number) => [0, 1, 2].flatMap((i) => [0, 1].map((j) => n + 4 * i + 12 * j));
    expect(read(columns, 1, 3)).toEqual([...at(1), ...at(2)]);
    const later = storedArray(source, { ...encoding, shape: [2], offset: 44 });
    expect(read(later, 0, 2)).toEqual([22, 23]);
    source.close();
  });

  it('hands out bytes where they are bytes', () => {
    const source = bytesInMemory(Uint8Array.of(1, 2, 3, 4, 5, 6), 'bytes');
    const array = storedArray(source, { type: 'u1', littleEndian: true, shape: [3, 2], offset: 0 });
    expect([...array.readBytes!(1, 3)]).toEqual([3, 4, 5, 6]);
    expect(storedArray(source, { ...encoding, shape: [3], offset: 0 }).readBytes).toBeUndefined();
  });

  it.each([
    [[4, 7]],
    [[2 ** 40, 2 ** 40]],
    [[2 ** 31, 2 ** 31, 2 ** 31]],
    [[-1, 3]],
    [[1.5]],
    [[Number.MAX_VALUE, Number.MAX_VALUE]],
  ])('refuses shape %j before it allocates', (shape) => {
    const source = bytesInMemory(bytes, 'numbers');
    expect(() => storedArray(source, { ...encoding, shape, offset: 0 })).toThrow(
      /^numbers: expected .* bytes for shape/,
    );
  });

  it('refuses rows that are not there, and a file that became shorter', () => {
    const source = bytesOfFile(path);
    const array = storedArray(source, { ...encoding, shape: [4, 6], offset: 0 });
    expect(() => read(array, 3, 5)).toThrow('expected rows of 0 to 4, got 3 to 5');
    truncateSync(path, 20);
    expect(() => read(array, 3, 4)).toThrow('the file became shorter');
    source.close();
    expect(() => bytesOfFile(folder)).toThrow(ExpectationError);
    expect(() => bytesOfFile(join(folder, 'none'))).toThrow(ExpectationError);
  });
});
