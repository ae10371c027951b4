// Folders of IDX files: every form that is read, and every damage that is refused in words.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { idxFolder, meanImage } from '@flowvae/datasets';
import { idxSizes } from '@flowvae/datasets/plain';
import { describe, expect, test } from 'vitest';
import { folderOf, idx, idxImages, idxLabels } from './idx-fixtures.ts';

const train = idxImages(13, 3, 5);
const heldBack = idxImages(4, 3, 5, 100);
const plain = {
  'train-images-idx3-ubyte': train,
  'train-labels-idx1-ubyte': idxLabels(13),
  't10k-images-idx3-ubyte': heldBack,
  't10k-labels-idx1-ubyte': idxLabels(4),
};
const renamed = (rename: (name: string) => string, change: (bytes: Uint8Array) => Uint8Array) =>
  Object.fromEntries(Object.entries(plain).map(([name, bytes]) => [rename(name), change(bytes)]));

describe('reading', () => {
  test.each([
    ['plain', plain],
    ['gzip', renamed((name) => `${name}.gz`, gzipSync)],
    [
      'with dots',
      renamed(
        (name) => name.replace('-idx', '.idx'),
        (bytes) => bytes,
      ),
    ],
    ['with dots and gzip', renamed((name) => `${name.replace('-idx', '.idx')}.gz`, gzipSync)],
  ])('%s files give the same images of 3 x 5, the last sixth held out', (_, files) => {
    const folder = folderOf(files);
    const data = idxFolder(folder);
    expect(folder.endsWith(data.name)).toBe(true);
    expect(data.train).toMatchObject({ count: 11, height: 3, width: 5, origin: { file: 'train', first: 0 } });
    expect(data.validation).toMatchObject({ count: 2, height: 3, width: 5, origin: { file: 'train', first: 11 } });
    expect(data.test).toMatchObject({ count: 4, height: 3, width: 5 });
    expect([...data.train.images, ...data.validation.images]).toEqual([...train.subarray(16)]);
    expect([...data.test.images]).toEqual([...heldBack.subarray(16)]);
    expect([...data.validation.labels!]).toEqual([1, 2]);
    expect(idxSizes(folder)).toEqual({
      train: { count: 13, height: 3, width: 5 },
      test: { count: 4, height: 3, width: 5 },
    });
  });

  test('labels are optional, and no file may be held out', () => {
    const data = idxFolder(folderOf({ 'train-images-idx3-ubyte': train, 't10k-images-idx3-ubyte': heldBack }), {
      split: '60k/10k',
    });
    expect(data.train.count).toBe(13);
    expect(data.validation.count).toBe(0);
    expect('labels' in data.train).toBe(false);
    expect(() => meanImage(data.validation)).toThrow('meanImage: set: expected at least one image, got an empty set');
  });

  test('the mean image is per pixel', () => {
    const images = idx(0x803, [2, 1, 3], [0, 255, 100, 0, 255, 155]);
    const files = { 'train-images-idx3-ubyte': images, 't10k-images-idx3-ubyte': images };
    expect([...meanImage(idxFolder(folderOf(files)).train)]).toEqual([0, 1, 0.5]);
  });
});

describe('refusing', () => {
  const withTrain = (name: string, bytes: Uint8Array) => {
    const { 'train-images-idx3-ubyte': _, ...others } = plain;
    return { ...others, [name]: bytes };
  };
  const images = 'train-images-idx3-ubyte';
  const packed = gzipSync(train);
  const damaged = Uint8Array.from(packed, (byte, i) => (i === packed.length - 6 ? byte ^ 0xff : byte));
  const bomb = gzipSync(idx(0x803, [1, 2, 2], new Uint8Array(1 << 20)));

  /** Damage that only a whole packed file shows. */
  const isInside = /undamaged gzip data of|packed ones/;

  test.each([
    [
      'another kind',
      images,
      idx(0x801, [3], [1, 2, 3, 0, 0, 0, 0, 0]),
      'expected IDX images, magic number 0x00000803, got 0x00000801',
    ],
    ['a short header', images, train.subarray(0, 10), 'expected an IDX header of 16 bytes, got a file of 10 bytes'],
    ['an empty file', images, new Uint8Array(0), 'expected an IDX header of 16 bytes, got a file of 0 bytes'],
    ['a truncated file', images, train.subarray(0, 100), 'expected 211 bytes for sizes 13 x 3 x 5, got 100 bytes'],
    [
      'a file with a tail',
      images,
      Uint8Array.from([...train, 1]),
      'expected 211 bytes for sizes 13 x 3 x 5, got 212 bytes',
    ],
    ['no images', images, idx(0x803, [0, 3, 5], []), 'expected at least one of the images, got sizes 0 x 3 x 5'],
    ['no pixels', images, idx(0x803, [3, 0, 5], []), 'expected at least one of the images, got sizes 3 x 0 x 5'],
    [
      'absurd sizes',
      images,
      idx(0x803, [0xffffffff, 0xffff, 0xffff], [1]),
      'for sizes 4294967295 x 65535 x 65535, got 17 bytes',
    ],
    ['no gzip data', `${images}.gz`, train, 'expected undamaged gzip data, got incorrect header check'],
    [
      'packed text',
      `${images}.gz`,
      gzipSync('no images here, only text'),
      'expected IDX data in gzip form, got something else',
    ],
    [
      'absurd packed sizes',
      `${images}.gz`,
      gzipSync(idx(0x803, [0xffffffff, 0xffff, 0xffff], [1])),
      'packed ones, got sizes for 18446',
    ],
    [
      'a damaged gzip file',
      `${images}.gz`,
      damaged,
      'expected undamaged gzip data of 211 bytes, got incorrect data check',
    ],
    [
      'a truncated gzip file',
      `${images}.gz`,
      packed.subarray(0, -12),
      'expected undamaged gzip data of 211 bytes, got unexpected end of file',
    ],
    ['a gzip bomb', `${images}.gz`, bomb, 'expected undamaged gzip data of 20 bytes, got more than 20 bytes'],
  ])('%s', (_, name, bytes, message) => {
    const folder = folderOf(withTrain(name, bytes));
    const read = () => idxFolder(folder);
    expect(read).toThrow(expect.objectContaining({ name: 'ExpectationError', where: join(folder, name) }));
    expect(read).toThrow(message);
    if (isInside.test(message)) expect(() => idxSizes(folder)).not.toThrow(message);
    else expect(() => idxSizes(folder)).toThrow(message);
  });

  test('a packed file that ends early by its own header', () => {
    const folder = folderOf(withTrain(`${images}.gz`, gzipSync(train.subarray(0, 100))));
    expect(() => idxFolder(folder)).toThrow('expected 211 bytes for sizes 13 x 3 x 5, got 100 bytes');
  });

  test('other numbers of labels and of images', () => {
    const folder = folderOf({ ...plain, 'train-labels-idx1-ubyte': idxLabels(12) });
    const file = join(folder, 'train-labels-idx1-ubyte');
    expect(() => idxFolder(folder)).toThrow(`${file}: expected 13 labels, one for each image, got 12`);
  });

  test('test images of another size', () => {
    const folder = folderOf({ ...plain, 't10k-images-idx3-ubyte': idxImages(4, 5, 3) });
    expect(() => idxFolder(folder)).toThrow('expected test images of 3 x 5 pixels like the training images, got 5 x 3');
  });

  test('a folder without the files, and no folder at all', () => {
    const empty = folderOf({});
    expect(() => idxFolder(empty)).toThrow(`idxFolder: ${empty}: expected one of the files train-images-idx3-ubyte, `);
    const missing = join(empty, 'missing');
    expect(existsSync(missing)).toBe(false);
    expect(() => idxFolder(missing)).toThrow(`idxFolder: ${missing}: expected a folder, got no such folder`);
  });

  test('a folder in a file’s place', () => {
    const folder = folderOf(plain);
    const { [images]: _, ...others } = plain;
    const nested = folderOf(others);
    expect(() => idxFolder(join(folder, images))).toThrow('expected a folder');
    expect(() => idxFolder(join(folder, images, 'inside'))).toThrow('expected a folder, got no such folder');
    expect(() => idxFolder(nested)).toThrow('none of them');
  });
});
