// Sources, masks, shapes and options that openData refuses, each in one line that leaves no file open.
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { dataFile, dataFolder, dataRefusal, npyOf, npzOf, openedData, valuesOf } from './data-fixtures.ts';

const rows = (count: number, width: number) => Float32Array.from({ length: count * width }, (_, i) => i / 7);
const pair = { x: [rows(3, 2), [3, 2]], z: [rows(3, 3), [3, 3]] } as const;

describe('openData refuses', () => {
  it.each([
    [
      'nothing of the name',
      'no.npz:x,y',
      {},
      'data no.npz: expected mnist, a file or a folder, got nothing of that name (arrays x, y)',
    ],
    ['an empty name', 'a.npy,,b.npy', {}, 'data a.npy,,b.npy: expected names of files or of arrays, got an empty one'],
    [
      'an option of pictures for MNIST',
      'mnist',
      { grey: true },
      'data mnist: grey: expected no such option for MNIST, got true',
    ],
    [
      'a column that divides MNIST',
      'mnist',
      { splits: 'column:part' },
      'data mnist: splits: expected no column beside MNIST, got "part"; `flowvae data mnist` shows what was understood',
    ],
    ['names of arrays in MNIST', 'mnist:x', {}, 'data mnist: expected no names of arrays in MNIST, got x'],
    ['MNIST beside other data', 'mnist,mnist', {}, 'got a source among others that is divided already'],
  ])('%s', async (_, text, options, message) => {
    expect(await dataRefusal(text, options)).toContain(message);
  });

  it.each([
    [
      'two arrays without a usual name',
      { a: pair.x, b: pair.z },
      '',
      {},
      'expected one array of data, or the name of it, got a [3, 2], b [3, 3]; name the arrays behind a colon, training data first: x.npz:a,b; `flowvae data x.npz` shows what was understood',
    ],
    ['a name that is not there', pair, ':y', {}, 'x.npz: expected one of the arrays x, z, got "y"'],
    ['four parts', { a: pair.x, b: pair.x, c: pair.x, d: pair.x }, ':a,b,c,d', {}, 'got 4 parts'],
    [
      'parts of two widths',
      pair,
      ':x,z',
      {},
      'expected rows of [2], as in x.npz: x.npy, got [3]; `flowvae data x.npz` shows',
    ],
    [
      'bytes beside floats',
      { a: pair.x, b: [Uint8Array.of(1, 2), [1, 2]] },
      ':a,b',
      {},
      'expected numbers of type f4, as in x.npz: a.npy, got u1; store all parts in one type',
    ],
    [
      'a mask of another shape',
      { x: pair.x, mask: [new Uint8Array(3).fill(1), [3]] },
      '',
      {},
      'x.npz: mask.npy: expected rows of [2], as in x.npz: x.npy, got []',
    ],
    [
      'a mask of other numbers',
      { x: pair.x, mask: [Float32Array.of(1, 1, 1, 0.5, 1, 1), [3, 2]] },
      '',
      {},
      'x.npz: mask.npy, row 1, value 1: expected a mask of 1 for observed and 0 for missing values, got 0.5',
    ],
    [
      'a mask of NaN',
      { x: pair.x, mask: [Float32Array.of(1, 1, 1, Number.NaN, 1, 1), [3, 2]] },
      '',
      {},
      'row 1, value 1: expected a mask of 1',
    ],
    [
      'a mask of other rows',
      { x: pair.x, m: [new Uint8Array(4).fill(1), [2, 2]] },
      ':x',
      { mask: ['m'] },
      'x.npz: m.npy: expected 3 rows, as x.npz: x.npy has, got 2',
    ],
    [
      'a mask for one of two parts',
      { x: pair.x, t: pair.x, m: pair.x },
      ':x,t',
      { mask: ['m'] },
      'x.npz: mask: expected 2 names, one for each part, got m',
    ],
    [
      'labels for one of two parts',
      { x: pair.x, t: pair.x, y: pair.x },
      ':x,t',
      { labels: ['y'] },
      'x.npz: labels: expected 2 names, one for each part, got y',
    ],
    [
      'a column with a fraction',
      { x: pair.x, s: [Float32Array.of(0, 0.5, 1), [3]] },
      ':x',
      { splits: 'column:s' },
      'x.npz: s, row 1: expected train, validation or test, or 0, 1 or 2, got 0.5',
    ],
    [
      'a wide column',
      { x: pair.x, s: pair.z },
      ':x',
      { splits: 'column:s' },
      'x.npz: s.npy: expected one number for each row, got [3, 3]',
    ],
    [
      'labels that are fractions, for shares in classes',
      { x: pair.x, y: [rows(3, 1), [3]] },
      '',
      { splits: 'stratified:0.8/0.1/0.1' },
      'x.npz: y.npy, row 1: expected the number of a class, a whole one',
    ],
    [
      'no labels, for shares in classes',
      { x: pair.x },
      '',
      { splits: 'stratified:0.8/0.1/0.1' },
      'splits of x.npz: expected a label for every row beside stratified shares, got none',
    ],
    [
      'values beyond 1, to invert',
      { x: [Float32Array.of(0, 2), [1, 2]] },
      '',
      { invert: true },
      'expected numbers from 0 to 1, to invert, got 2',
    ],
    [
      'a shape of other size',
      { x: pair.x },
      '',
      { shape: [3] },
      'expected rows of 3 numbers, for shape [3], got 2 numbers',
    ],
    [
      'a shape with 0',
      { x: pair.x },
      '',
      { shape: [2, 0] },
      'data: shape: expected a number of columns, or height, width and channels: whole numbers from 1, got [2, 0]',
    ],
    [
      'an option of tables',
      { x: pair.x },
      '',
      { leaveOut: ['a'] },
      'leaveOut: expected no such option for a file of arrays, got ["a"]',
    ],
  ] as const)('%s', async (_, arrays, names, options, message) => {
    const path = dataFile('x.npz', npzOf(arrays as Parameters<typeof npzOf>[0]));
    expect(await dataRefusal(`${path}${names}`, options)).toContain(message);
  });

  it.each([
    [
      'no numbers in 10^15 rows',
      npyOf(new Float32Array(0), [1e15, 0]),
      {},
      'x.npy: expected at least one number for each datum, got [0]',
    ],
    [
      'the same with a shape',
      npyOf(new Float32Array(0), [1e15, 0]),
      { shape: [0] },
      'x.npy: expected at least one number for each datum, got [0]',
    ],
    ['no rows', npyOf(new Float32Array(0), [0, 3]), {}, 'x.npy: expected rows for training, got no rows at all'],
    ['nothing observed', npyOf(Float32Array.of(Number.NaN), [1]), {}, 'x.npy: expected values, got none observed'],
    [
      'an infinite value',
      npyOf(Float32Array.of(1, 2, 3, Number.NEGATIVE_INFINITY), [2, 2]),
      {},
      'x.npy, row 1, value 1: expected a finite number, or NaN for a missing one, got an infinite one',
    ],
    [
      'a float64 beyond float32',
      npyOf(Float64Array.of(1, 1e39), [2]),
      {},
      'got an infinite one, or one beyond 3.4e38, the largest of float32',
    ],
    [
      'sixteen channels',
      npyOf(rows(1, 16 * 64), [1, 8, 8, 16]),
      {},
      'expected rows of at most three axes: height, width, and at most 4 channels, got [8, 8, 16]; name the shape of a datum',
    ],
    ['four axes', npyOf(rows(1, 16), [1, 2, 2, 2, 2]), {}, 'got [2, 2, 2, 2]; name the shape'],
  ])('%s', async (_, file, options, message) => {
    expect(await dataRefusal(dataFile('x.npy', file), options)).toContain(message);
  });

  it('an infinite value by the file and the row in which it stands', async () => {
    const [train, test] = [npyOf(rows(5, 1), [5]), npyOf(Float32Array.of(1, Number.POSITIVE_INFINITY), [2])];
    const folder = dataFolder({ 'train.npy': train, 'test.npy': test });
    const message = await dataRefusal(`${join(folder, 'train.npy')},${join(folder, 'test.npy')}`);
    expect(message).toContain('test.npy, row 1, value 0: expected a finite number');
  });
});

describe('openData takes paths as they are', () => {
  it.each(['a,b.npz', 'a:b.npz', 'a b,c:d.npz'])('%j', async (name) => {
    const folder = dataFolder({ [name]: npzOf(pair), 'test.npy': npyOf(rows(1, 2), [1, 2]) });
    const path = join(folder, name);
    expect((await openedData(path)).x.shape).toEqual([3, 2]);
    expect((await openedData(`${path}:z`)).x.shape).toEqual([3, 3]);
    expect((await openedData(`${path}:x,${join(folder, 'test.npy')}`)).x.shape).toEqual([4, 2]);
  });

  it('with a folder of the name of an array beside it', async () => {
    const path = dataFile('x.npz', npzOf({ train: pair.x, test: pair.x }));
    expect((await openedData(`${path}:train,test`)).x.shape).toEqual([6, 2]); // `test` is a folder, too
  });
});

describe('openData understands axes', () => {
  const planes = Float32Array.from({ length: 2 * 3 * 5 * 6 }, (_, i) => i);

  it.each([{}, { shape: [5, 6, 3] }])('with channels first, as PyTorch has them: %j', async (options) => {
    const data = await openedData(dataFile('x.npy', npyOf(planes, [2, 3, 5, 6])), options);
    expect(data.description.shape).toEqual([5, 6, 3]);
    expect(valuesOf(data).slice(0, 4)).toEqual([0, 30, 60, 1]);
    expect(data.notes).toContain('Rows of [3, 5, 6] are taken as channels, height, width.');
  });

  it.each([
    [
      [2, 9, 10],
      [9, 10, 1],
    ],
    [
      [2, 5, 6, 3],
      [5, 6, 3],
    ],
    [
      [3, 3, 5, 4],
      [3, 5, 4],
    ],
    [[180], [1]],
    [[2, 90], [90]],
  ])('%j gives rows of %j', async (stored, shape) => {
    const data = await openedData(
      dataFile(
        'x.npy',
        npyOf(
          planes.slice(
            0,
            stored.reduce((a, b) => a * b),
          ),
          stored,
        ),
      ),
    );
    expect(data.description.shape).toEqual(shape);
    expect(valuesOf(data).slice(0, 4)).toEqual([0, 1, 2, 3]);
  });
});
