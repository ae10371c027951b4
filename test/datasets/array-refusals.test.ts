// Files of arrays that are refused: the error names the file and the field, and says why.
import { truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { type OpenArraysOptions, openArrays } from '@flowvae/datasets';
import { describe, expect, it } from 'vitest';
import { folderOf } from './idx-fixtures.ts';
import { changed, cifar, committed, good, header, npy, refusedFiles, text } from './refused-files.ts';
import { zipOf } from './zip-fixtures.ts';

/** Opens a file and reads every array. */
function readAll(path: string, options?: OpenArraysOptions): void {
  const { arrays, close } = openArrays(path, options);
  try {
    for (const array of Object.values(arrays)) {
      array.read(0, array.shape[0]!, new Float32Array(array.shape.reduce((product, size) => product * size, 1)));
    }
  } finally {
    close();
  }
}

describe('openArrays, refusing', () => {
  it.each(refusedFiles)('%s: one error that names the file', (_, name, bytes, message) => {
    const path = join(folderOf({ [name]: bytes }), name);
    expect(() => readAll(path)).toThrow(message);
    expect(() => readAll(path)).toThrow(
      expect.objectContaining({
        name: 'ExpectationError',
        where: expect.stringMatching(path.replaceAll('\\', '\\\\')),
      }),
    );
  });

  it('names that are not there: the nearest is named', () => {
    const path = join(folderOf({ 'mnist.npz': committed('mnist.npz') }), 'mnist.npz');
    const open = () => openArrays(path, { members: ['x_trian'] });
    expect(open).toThrow(
      'expected one of the names x_test, x_train, y_train, y_test, got "x_trian"; did you mean x_train?',
    );
  });

  it('names with control characters, and long ones, in one line', () => {
    const name = `a\nb\u001b${'x'.repeat(1000)}`;
    const path = join(folderOf({ 'x.npz': zipOf({ [`${name}.npy`]: text('no array') }) }), 'x.npz');
    expect(() => openArrays(path)).toThrow(`x.npz: a\\nb\\u001b${'x'.repeat(56)}…: expected a .npy file, which begins`);
    expect(() => openArrays(path, { members: ['y'] })).toThrow('expected one of the names a\\nb\\u001bxx');
    const header = "{'de\nscr': '|u1', 'fortran_order': False, 'shape': (3,)}";
    const damagedPath = join(folderOf({ 'x.npy': npy(header) }), 'x.npy');
    expect(() => openArrays(damagedPath)).toThrow('got de\\nscr, fortran_order, shape');
  });

  it('members that nobody asked for may be damaged', () => {
    const bytes = zipOf({ 'bad.npy': text('no array'), 'good.npy': good });
    const path = join(folderOf({ 'x.npz': bytes }), 'x.npz');
    expect(() => readAll(path)).toThrow('bad.npy: expected a .npy file');
    expect(Object.keys(openArrays(path, { members: ['good'] }).arrays)).toEqual(['good']);
  });

  it('a folder, and a path without file', () => {
    const folder = folderOf({});
    expect(() => openArrays(folder)).toThrow('expected a file of arrays, or a folder with the binary files of CIFAR');
    expect(() => openArrays(join(folder, 'none.npy'))).toThrow('none.npy: expected a readable file, got ENOENT');
  });

  it('rows of a file that was closed', () => {
    const path = join(folderOf({ 'x.npy': good }), 'x.npy');
    const { arrays, close } = openArrays(path);
    close();
    close();
    expect(() => arrays.data!.read(0, 1, new Float32Array(4))).toThrow(
      'x.npy: expected a readable file, got a file that was closed',
    );
  });
});

describe('openArrays', () => {
  it('reads rows of a .npy of 6 GiB without reading the rest', () => {
    const path = join(folderOf({}), 'large.npy');
    writeFileSync(path, npy(header('(8192, 786432)')));
    truncateSync(path, good.length - 12 + header('(8192, 786432)').length - header('(3, 4)').length + 6 * 2 ** 30);
    const before = process.resourceUsage().maxRSS;
    const { arrays, notes, close } = openArrays(path);
    expect(arrays.data!.shape).toEqual([8192, 786432]);
    expect([...arrays.data!.readBytes!(8191, 8192).subarray(-2)]).toEqual([0, 0]);
    expect(notes).toEqual([]);
    close();
    expect(process.resourceUsage().maxRSS - before).toBeLessThan(200 * 1024);
  });

  it('notes what follows an array, and a name of another format', () => {
    const path = join(folderOf({ 'x.npz': npy(header('(3, 4)'), new Uint8Array(20)) }), 'x.npz');
    expect(openArrays(path).notes).toEqual([
      'the name ends in .npz, the content is npy',
      '8 bytes follow the array, perhaps a second one; they are left out',
    ]);
  });

  it('reads .npy in gzip form', () => {
    const path = join(folderOf({ 'x.npy.gz': gzipSync(npy(header('(2, 2)'), Uint8Array.of(1, 2, 3, 4))) }), 'x.npy.gz');
    expect([...openArrays(path).arrays.data!.readBytes!(1, 2)]).toEqual([3, 4]);
  });

  it('reads a folder of CIFAR-10 as one data set, across its batches', () => {
    const names = [1, 2, 3, 4, 5].map((batch) => `data_batch_${batch}.bin`);
    const batches = Object.fromEntries(names.map((name, i) => [name, changed(cifar, 0, [i])]));
    const meta = text('airplane\nautomobile\n');
    const folder = folderOf({ ...batches, 'test_batch.bin': cifar, 'batches.meta.txt': meta });
    const { format, arrays, notes, parts, close } = openArrays(folder);
    expect({ format, notes }).toEqual({ format: 'cifar', notes: ['classes in order: airplane, automobile'] });
    expect(parts).toEqual({ train: { x: 'x_train', y: 'y_train' }, test: { x: 'x_test', y: 'y_test' } });
    expect(arrays.x_train!.shape).toEqual([15, 32, 32, 3]);
    expect([...arrays.y_train!.readBytes!(2, 7)]).toEqual([0, 1, 9, 0, 2]);
    const [whole, part] = [arrays.x_train!.readBytes!(0, 15), new Float32Array(4 * 3072)];
    arrays.x_train!.read(2, 6, part);
    expect([...part]).toEqual([...whole.subarray(2 * 3072, 6 * 3072)]);
    expect([...whole.subarray(0, 6)]).toEqual([...Array.from({ length: 6 }, (_, i) => i % 251)]);
    close();
    expect(() => openArrays(folderOf({ 'data_batch_1.bin': cifar }))).toThrow(
      'data_batch_2.bin: expected a readable file',
    );
  });
});
