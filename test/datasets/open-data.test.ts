// Every kind of source as one data set: shape, form, labels, splits and notes.
import { join } from 'node:path';
import { dataRows, openData } from '@flowvae/datasets';
import { key } from '@flowvae/random';
import { describe, expect, it } from 'vitest';
import { type ArrayFile, arrayFiles, groups } from './array-files.ts';
import { dataFile, dataFolder, dataRefusal, npyOf, npzOf, openedData, valuesOf } from './data-fixtures.ts';
import { idxImages, idxLabels } from './idx-fixtures.ts';

const product = (shape: readonly number[]) => shape.reduce((a, b) => a * b, 1);

/** The array that should be x: the only one, one by its name, or that of the first part. */
function dataOf({ arrays, parts }: ArrayFile): { readonly member: string; readonly rows: number } | undefined {
  const known = Object.values((parts ?? {}) as Record<string, { x: string }>)[0]?.x;
  const member = known ?? ['x', 'data', 'f4', 'x_f4'].find((name) => name in arrays) ?? Object.keys(arrays)[0];
  return member === undefined ? undefined : { member, rows: arrays[member]!.shape[0]! };
}

describe('openData on files of NumPy, SciPy and safetensors', () => {
  const files = groups.flatMap(arrayFiles).filter(({ options }) => !options?.members);
  it.each(files.map((file) => [file.name, file] as const))(
    'opens %s, or refuses it in one line',
    async (name, file) => {
      const wanted = dataOf(file);
      const path = dataFile(name, file.file);
      if (!wanted) return expect(await dataRefusal(path)).toMatch(/: expected .*, got /);
      const { member } = wanted;
      const { shape, values } = file.arrays[member]!;
      const isUsable = shape.length <= 4 && product(shape) > 0 && [...values].every((value) => Math.abs(value) < 3e38);
      if (!isUsable) return expect(await dataRefusal(`${path}:${member}`)).toMatch(/: expected .*, got /);
      const data = await openedData(`${path}:${member}`, { invert: file.options?.invert ?? false });
      expect(data.x.shape[0]).toBe(shape[0]);
      expect(product(data.description.shape)).toBe(product(shape.slice(1)));
      expect(valuesOf(data)).toEqual([...values]);
      expect(data.checksum()).toMatch(/^[0-9a-f]{64}$/);
      const { train, validation, test } = data.splits;
      expect([...train, ...validation, ...test].toSorted((a, b) => a - b)).toEqual([...Array(shape[0]).keys()]);
    },
  );
});

describe('openData on data sets of papers', () => {
  const named = (name: string) => groups.flatMap(arrayFiles).find((file) => file.name.startsWith(name))!;

  it("reads Keras' mnist.npz with its labels and its test data", async () => {
    const data = await openedData(dataFile('mnist.npz', named('mnist.npz').file));
    expect(data.description).toEqual({ shape: [28, 28, 1], form: 'levels', hasMissing: false });
    expect([data.y?.shape, data.splits.test]).toEqual([[4], Uint32Array.of(3)]);
    expect(data.notes).toContain('x_train holds the training data, y_train its labels.');
  });

  it("reads OMNIGLOT's chardata.mat as images of grey levels, upright", async () => {
    const data = await openedData(dataFile('chardata.mat', named('chardata.mat').file));
    expect([data.description.shape, data.y?.shape]).toEqual([[28, 28, 1], [6]]);
    expect(valuesOf(data).slice(0, 784)).toEqual([...named('chardata.mat').arrays.data!.values.subarray(0, 784)]);
  });

  it.each([false, true])('reads Caltech 101 silhouettes, inverted: %s', async (invert) => {
    const file = named(`caltech101_silhouettes_28_split1.mat, invert ${invert ? 'True' : 'False'}`);
    const data = await openedData(dataFile('caltech.mat', file.file), { invert });
    expect([data.description.form, data.splits.validation.length]).toEqual(['bits', 2]);
    expect(valuesOf(data).slice(0, 1568)).toEqual([...file.arrays.train_data!.values]);
  });

  it('inverts a file with the names of Caltech and other sizes, too', async () => {
    const rows = (name: string) => [name, [Float32Array.of(0, 0.25, 1, 0), [2, 2]]] as const;
    const path = dataFile('other.npz', npzOf(Object.fromEntries(['train_data', 'val_data', 'test_data'].map(rows))));
    const data = await openedData(path, { invert: true });
    expect(valuesOf(data).slice(0, 4)).toEqual([1, 0.75, 0, 1]);
    expect(data.notes).toContain('Values are inverted, 1 − x.');
  });

  it("reads CIFAR's folder, EMNIST's folder and MNIST", async () => {
    const record = (label: number) => [label, ...Array(3072).keys()].map((value, i) => (i === 0 ? label : value % 251));
    const batch = Uint8Array.from([...record(3), ...record(9)]);
    const names = [1, 2, 3, 4, 5].map((i) => `data_batch_${i}.bin`);
    const cifar = await openedData(dataFolder(Object.fromEntries([...names, 'test_batch.bin'].map((n) => [n, batch]))));
    expect(cifar.description).toEqual({ shape: [32, 32, 3], form: 'levels', hasMissing: false });
    expect([cifar.x.shape[0], cifar.splits.test.length, cifar.y?.shape]).toEqual([12, 2, [12]]);
    expect(valuesOf(cifar).slice(0, 3)).toEqual([0, 1024 % 251, 2048 % 251]);
    const emnist = await openedData(
      dataFolder({
        'emnist-letters-train-images-idx3-ubyte': idxImages(12, 2, 3),
        'emnist-letters-train-labels-idx1-ubyte': idxLabels(12),
        'emnist-letters-test-images-idx3-ubyte': idxImages(2, 2, 3),
        'emnist-letters-test-labels-idx1-ubyte': idxLabels(2),
      }),
    );
    expect(valuesOf(emnist).slice(0, 6)).toEqual([0, 3, 1, 4, 2, 5]);
    expect([...emnist.splits.validation, ...emnist.splits.test]).toEqual([10, 11, 12, 13]);
    const mnist = await openedData('mnist');
    expect(mnist.splits.validation[0]).toBe(50_000);
    expect([mnist.checksum(), mnist.values.range]).toEqual([undefined, [0, 255]]);
  });
});

describe('openData on tables', () => {
  const train = 'length,colour,flag,kind\n5.5,red,0,a\n1,blue,1,b\n,red,1,a\n2,blue,0,b\n7,red,1,a\n3,red,0,b\n';

  it('keeps columns, classes, the label and what is missing', async () => {
    const data = await openedData(dataFile('train.csv', train), { labels: ['kind'] });
    expect(data.description).toEqual({
      shape: [4],
      form: 'columns',
      hasMissing: true,
      columns: [
        { name: 'length', kind: 'number', at: 0, width: 1, classes: [] },
        { name: 'colour', kind: 'category', at: 1, width: 2, classes: ['blue', 'red'] },
        { name: 'flag', kind: 'bit', at: 3, width: 1, classes: [] },
      ],
      classes: ['a', 'b'],
      label: 'kind',
    });
    expect(data.values).toEqual({ range: [0, 7], observed: 23, missing: 1, areCounts: false });
  });

  it.each([
    ['a,b\n0,1\n1,1\n', 'bits'],
    ['a,b\n0,0.5\n1,1\n', 'columns'],
    ['a,b\n2,0.5\n1,1\n', 'real'],
    ['c\nred\nblue\nred\n', 'columns'],
    ['c,b\nred,1\nblue,0\nred,1\n', 'columns'],
  ])('gives %j the form %s', async (text, form) => {
    expect((await openedData(dataFile('x.csv', text))).description.form).toBe(form);
  });

  it('divides rows by a column, which is no variable', async () => {
    const text = 'x,part\n1,train\n2,Test\n3,val\n4,train\n';
    const data = await openedData(dataFile('x.csv', text), { splits: 'column:part' });
    expect(data.splits).toEqual({
      train: Uint32Array.of(0, 3),
      validation: Uint32Array.of(2),
      test: Uint32Array.of(1),
    });
    expect([data.description.shape, data.notes.at(-1)]).toEqual([[1], 'Splits are those of part.']);
    const numbers = npzOf({ x: [Float32Array.of(1, 2, 5), [3, 1]], s: [Int32Array.of(2, 0, 1), [3]] });
    const byArray = await openedData(dataFile('x.npz', numbers), { splits: 'column:s' });
    expect([...byArray.splits.test, ...byArray.splits.train, ...byArray.splits.validation]).toEqual([0, 1, 2]);
    const shares = await openedData(dataFile('y.csv', 'x,y\n1,a\n2,a\n3,b\n4,b\n'), {
      labels: ['y'],
      splits: 'stratified:0.5/0/0.5',
    });
    expect([...shares.splits.train].map((row) => Math.floor(row / 2))).toEqual([0, 1]);
  });

  it('reads a second file by the columns of the first, in any order and without the label', async () => {
    const test = 'extra,flag,colour,length\n9,1,red,2\n8,1,,1\n';
    const folder = dataFolder({ 'train.csv': train, 'test.csv': test });
    const data = await openedData(`${join(folder, 'train.csv')},${join(folder, 'test.csv')}`, {
      labels: ['kind'],
      leaveOut: [],
    });
    expect(valuesOf(data).slice(24)).toEqual([2, 0, 1, 1, 1, 0, 0, 1]);
    expect(data.splits.test).toEqual(Uint32Array.of(6, 7));
    expect(data.y).toBeUndefined();
    expect(data.notes).toContain('Labels are not in all parts; they are left out.');
    expect(data.notes).toContain('test.csv: The delimiter is a comma, found in the file.');
    const row = dataRows(data, 'test', { binarisation: 'none', key: key(1) }).row(1);
    expect([...row]).toEqual([1, 0, 0, 1, 1, 0, 0, 1]);
  });

  it.each([
    [
      'flag,colour,length\n1,green,2\n',
      'test.csv: column "colour", line 2: expected one of the classes blue, red, got "green"',
    ],
    ['flag,colour,length\n0,red,2\n2,red,2\n', 'test.csv: column "flag": expected 0 and 1 only, as in the first file'],
    [
      'flag,colour,length\n0,red,many\n',
      'test.csv: column "length", line 2: expected a number below 3.4e38, as in the first',
    ],
    [
      'flag,colour,length\n0,red,1e99\n',
      'test.csv: column "length", line 2: expected a number below 3.4e38, as in the first',
    ],
    ['flag,colour\n0,red\n', 'test.csv: columns: expected a column of the file: flag, colour, got "length"'],
    [
      'flag,colour,length,kind\n0,red,1,c\n',
      'test.csv: column "kind", line 2: expected one of the classes a, b, got "c"',
    ],
  ])('refuses a second file that differs: %j', async (test, message) => {
    const folder = dataFolder({ 'train.csv': train, 'test.csv': test });
    const text = `${join(folder, 'train.csv')},${join(folder, 'test.csv')}`;
    expect(await dataRefusal(text, { labels: ['kind'] })).toContain(message);
  });

  it('leaves columns out of both files, though one lacks them', async () => {
    const folder = dataFolder({ 'a.csv': 'id,x\n1,2\n2,3\n', 'b.csv': 'x\n4\n' });
    const data = await openedData(`${join(folder, 'a.csv')},${join(folder, 'b.csv')}`, { leaveOut: ['id'] });
    expect(valuesOf(data)).toEqual([2, 3, 4]);
  });
});

describe('openData on pictures', () => {
  const png = 'pictures/rgb.png';

  it('takes the parts in the order of the splits, with the classes of the training part', async () => {
    const folder = dataFolder({ 'train/b/1.png': png, 'train/a/1.png': png, 'test/b/2.png': png, 'notes.txt': 'x' });
    const data = await openedData(folder);
    expect(data.origins).toEqual([
      { name: 'train', count: 2 },
      { name: 'test', count: 1 },
    ]);
    expect([data.description.classes, data.description.shape]).toEqual([
      ['a', 'b'],
      [16, 20, 3],
    ]);
    expect(data.notes).toContain('Not used: notes.txt.');
    const unseen = dataFolder({ 'train/a/1.png': png, 'test/b/2.png': png });
    expect(await dataRefusal(unseen)).toContain('expected classes among a, got b');
  });

  it('takes `train` for a class where nothing is called test', async () => {
    const data = await openedData(dataFolder({ 'car/1.png': png, 'train/1.png': png, 'bus/1.png': png }));
    expect([data.description.classes, data.x.shape[0]]).toEqual([['bus', 'car', 'train'], 3]);
  });

  it('gives labels up where the test part has none, and says so', async () => {
    const data = await openedData(dataFolder({ 'train/a/1.png': png, 'train/b/1.png': png, 'test/2.png': png }));
    expect(data.y).toBeUndefined();
    expect(data.notes).toContain('Labels are not in all parts; they are left out.');
  });

  it.each([
    [
      { 'train/1.png': png, 'val/1.png': png, 'dev/1.png': png },
      'expected one folder for each part, got train, dev, val',
    ],
    [
      { 'train/1.png': png, 'test/1.png': 'pictures/grey.png' },
      'expected pictures of 16 x 20 x 3, as in train, got 16 x 20 x 1',
    ],
    [{ 'x.npy': 'x', 'y.npy': 'y' }, 'got none, but 2 .npy; arrays and tables are named by their files'],
  ])('refuses %j', async (files, message) => {
    expect(await dataRefusal(dataFolder(files as Record<string, string>))).toContain(message);
  });
});

describe('openData', () => {
  it('gives labels of MATLAB vectors and of columns as [n]', async () => {
    const x = [Float32Array.of(1, 2, 3, 4, 5, 7), [3, 2]] as const;
    for (const shape of [[3], [3, 1], [1, 3]]) {
      const data = await openedData(dataFile('x.npz', npzOf({ x, y: [Int32Array.of(2, 0, 1), shape] })));
      expect(data.y?.shape).toEqual([3]);
      const values = new Float32Array(2);
      data.y!.read(1, 3, values);
      expect([...values]).toEqual([0, 1]);
    }
  });

  it('reads data without labels, of one row and of one number', async () => {
    const data = await openedData(dataFile('x.npy', npyOf(Float32Array.of(2.5), [])));
    expect([data.x.shape, data.y, data.splits.train]).toEqual([[1, 1], undefined, Uint32Array.of(0)]);
  });

  it('takes labels and masks by part, from each of two files', async () => {
    const bits = (seed: number) => [Float32Array.from({ length: 6 }, (_, i) => i + seed), [3, 2]] as const;
    const file = (seed: number) => npzOf({ x: bits(seed), m: [Uint8Array.of(1, 1, 0, 1, 1, 1), [3, 2]] });
    const folder = dataFolder({ 'a.npz': file(0), 'b.npz': file(7) });
    const text = `${join(folder, 'a.npz')}:x,${join(folder, 'b.npz')}:x`;
    const data = await openedData(text, { mask: ['m'] });
    expect([data.values.missing, data.description.hasMissing]).toEqual([2, true]);
    expect((await openedData(text, { mask: ['m', 'm'] })).values.missing).toBe(2);
  });

  it('closes its files once, and reads nothing after it', async () => {
    const data = await openData(dataFile('x.npy', npyOf(Float32Array.of(1, 2), [2, 1])));
    data.close();
    data.close();
    expect(() => valuesOf(data)).toThrow('a file that was closed');
  });
});
