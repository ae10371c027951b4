// Covariates behind the data: labels as one-hot classes, other arrays and columns by name, and refusals.
import { covariateOf, dataRows, dataSet, withCovariates } from '@flowvae/datasets';
import { key } from '@flowvae/random';
import { describe, expect, it } from 'vitest';
import { dataFile, dataRefusal, npzOf, openedData } from './data-fixtures.ts';

const rowsOf = (
  set: Parameters<typeof dataRows>[0],
  covariates: readonly string[],
  split: 'train' | 'test' = 'train',
) => {
  const points = dataRows(set, split, { binarisation: 'none', key: key(0), covariates });
  return { points, rows: Array.from({ length: points.count }, (_, i) => [...points.row(i)]) };
};

/** Training data with labels 3, 5, 9 and an array of two numbers; test data with some of them. */
const arrays = (testLabels: readonly number[] = [9, 3]) =>
  npzOf({
    x_train: [Float32Array.of(0.5, -1, 2.5, 7), [4, 1]],
    y_train: [Uint8Array.of(5, 3, 9, 5), [4]],
    place_train: [Float32Array.of(1, 2, 3, 4, 5, 6, 7, 8), [4, 2]],
    x_test: [Float32Array.of(1.5, 2.25), [2, 1]],
    y_test: [Uint8Array.from(testLabels), [2]],
    place_test: [Float32Array.of(-1, -2, -3, -4), [2, 2]],
  });

describe('covariates of arrays', () => {
  it('are one-hot labels and numbers in the order that is asked for, in every part', async () => {
    const set = await openedData(dataFile('a.npz', arrays()), { covariates: ['y', 'place'], splits: 'auto' });
    expect(set.description.covariates).toMatchObject([
      { name: 'y', kind: 'category', width: 3, classes: ['3', '5', '9'] },
      { name: 'place', kind: 'number', width: 2, classes: [] },
    ]);
    const { points, rows } = rowsOf(set, ['place', 'y'], 'test');
    expect(points.layout).toEqual([
      { name: 'x', at: 0, width: 1 },
      { name: 'place', at: 1, width: 2 },
      { name: 'y', at: 3, width: 3 },
    ]);
    expect(rows).toEqual([
      [1.5, -1, -2, 0, 0, 1],
      [2.25, -3, -4, 1, 0, 0],
    ]);
    const shares = set.description.covariates![0]!.shares!;
    const counted = [...set.splits.train].map((row) => [5, 3, 9, 5][row]!);
    expect(shares).toEqual([3, 5, 9].map((label) => counted.filter((each) => each === label).length / counted.length));
  });

  it('are labels without being opened with them, and nothing else', async () => {
    const set = await openedData(dataFile('a.npz', arrays()));
    expect(rowsOf(set, ['y'], 'test').rows[0]).toEqual([1.5, 0, 0, 1]);
    expect(() => covariateOf(set, 'place')).toThrow(/expected one of y, got a name that the data were not opened with/);
  });

  it('have the classes of the data of training in other data, and no others', async () => {
    const { description: like } = await openedData(dataFile('a.npz', arrays()), { covariates: ['y'] });
    const fewer = await openedData(dataFile('b.npz', arrays([3, 3])), { covariates: ['y'], like });
    expect(fewer.description.covariates![0]!.classes).toEqual(['3', '5', '9']);
    expect(rowsOf(fewer, ['y'], 'test').rows[0]).toEqual([1.5, 1, 0, 0]);
    const other = await openedData(dataFile('c.npz', arrays([4, 3])), { covariates: ['y'], like });
    expect(() => rowsOf(other, ['y'], 'test')).toThrow(
      /covariate y, row 4: expected one of the classes 3, 5, 9, got 4/,
    );
  });

  it('are refused where a value is missing, or no array has the name', async () => {
    const x = [Float32Array.of(1, 2, 3, 4), [4, 1]] as const;
    const holed = npzOf({ x, age: [Float32Array.of(1, Number.NaN, 3, 4), [4]] });
    const set = await openedData(dataFile('h.npz', holed), { covariates: ['age'], splits: '1/0/0' });
    expect(() => rowsOf(set, ['age'])).toThrow(/covariate age, row 1: expected a finite number/);
    set.close();
    expect(await dataRefusal(dataFile('h.npz', holed), { covariates: ['wage'] })).toMatch(
      /covariate wage: expected an array or a column beside the data, got nothing of that name/,
    );
    expect(await dataRefusal(dataFile('h.npz', holed), { covariates: ['y'] })).toMatch(
      /covariate y: expected data with labels, got none in h.npz/,
    );
  });
});

describe('covariates of a table', () => {
  const text = 'a,b,kind,age\n1,2,cat,5\n3,4,dog,6\n5,6,cat,7\n7,8,eel,8\n';
  const options = { covariates: ['kind', 'age'], splits: '1/0/0' } as const;

  it('are columns that are no data then, of the classes of training in other files', async () => {
    const set = await openedData(dataFile('t.csv', text), options);
    expect(set.description.columns!.map(({ name }) => name)).toEqual(['a', 'b']);
    expect(rowsOf(set, ['kind', 'age']).rows[1]).toEqual([3, 4, 0, 1, 0, 6]);
    const other = await openedData(dataFile('u.csv', 'kind,b,a,age\neel,1,2,3\n'), {
      ...options,
      like: set.description,
    });
    expect(
      rowsOf({ ...other, splits: { ...other.splits, test: Uint32Array.of(0) } }, ['kind', 'age'], 'test').rows,
    ).toEqual([[2, 1, 0, 0, 1, 3]]);
    const strange = 'kind,b,a,age\nfox,1,2,3\n';
    expect(await dataRefusal(dataFile('v.csv', strange), { ...options, like: set.description })).toMatch(/fox/);
  });

  it('are the label by its own name as well', async () => {
    const set = await openedData(dataFile('t.csv', text), { labels: ['kind'], covariates: ['kind'], splits: '1/0/0' });
    expect(set.description.columns!.map(({ name }) => name)).toEqual(['a', 'b', 'age']);
    expect(rowsOf(set, ['kind']).rows[3]).toEqual([7, 8, 8, 0, 0, 1]);
  });
});

describe('covariates of arrays in a program', () => {
  const given = {
    name: 'given',
    x: { values: Float32Array.of(1, 2, 3, 4), shape: [4, 1] },
    y: { values: Int32Array.of(7, 8, 7, 8), shape: [4] },
    covariates: { dose: { values: Float32Array.of(0.1, 0.2, 0.3, 0.4), shape: [4] } },
  };

  it('are those that are given by name, and the labels where they are asked for', () => {
    const set = dataSet(given, { splits: '1/0/0' });
    expect(set.description.covariates).toMatchObject([{ name: 'dose', kind: 'number', width: 1 }]);
    const both = withCovariates(set, ['y', 'dose']);
    expect(both.description.covariates).toMatchObject([
      { name: 'y', classes: ['7', '8'], shares: [0.5, 0.5] },
      { name: 'dose', kind: 'number' },
    ]);
    expect(rowsOf(both, ['y', 'dose']).rows[1]).toEqual([2, 0, 1, Math.fround(0.2)]);
    expect(() => withCovariates(set, ['age'])).toThrow(/covariate age: expected one of dose, y/);
  });

  it('belong to the checksum, and need as many rows as x', () => {
    const other = { ...given, covariates: { dose: { values: Float32Array.of(0.1, 0.2, 0.3, 9), shape: [4] } } };
    expect(dataSet(other).checksum()).not.toBe(dataSet(given).checksum());
    const short = { ...given, covariates: { dose: { values: Float32Array.of(1), shape: [1] } } };
    expect(() => dataSet(short)).toThrow(/given: dose: expected 4 along axis 0/);
  });
});
