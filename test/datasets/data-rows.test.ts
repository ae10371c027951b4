// Rows of a data set as models see them, their batches, and their moments.
import {
  type Binarisation,
  batches,
  binarisations,
  dataMoments,
  dataRows,
  labelRows,
  mnist,
  staticBinarisationSeed,
} from '@flowvae/datasets';
import { key } from '@flowvae/random';
import { describe, expect, it } from 'vitest';
import { arrayInMemory } from '../../packages/datasets/src/sources/in-memory.ts';
import { dataFile, npyOf, npzOf, openedData } from './data-fixtures.ts';

const options = (binarisation: Binarisation) => ({ binarisation, key: key(3) });
const none = options('none');

describe('dataRows of MNIST', () => {
  it.each(binarisations)('give the batches of its images, %s', async (binarisation) => {
    const data = await openedData('mnist');
    const images = mnist();
    const batchOptions = { batchSize: 50, ...options(binarisation) };
    const ofImages = batches(images.train, batchOptions);
    const ofRows = batches(dataRows(data, 'train', options(binarisation)), batchOptions);
    for (const step of [0, 1, 999, 1000, 3]) {
      const { x, indices } = ofImages.at(step);
      const own = ofRows.at(step);
      expect(own.indices).toEqual(indices);
      expect(Buffer.from(own.x.buffer).equals(Buffer.from(x.buffer))).toBe(true);
    }
    const validation = dataRows(data, 'validation', options(binarisation));
    expect([validation.count, validation.width]).toEqual([10_000, 784]);
    const same = batches(images.validation, { batchSize: 20, ...options(binarisation) });
    expect(batches(validation, { batchSize: 20, ...options(binarisation) }).at(5)).toEqual(same.at(5));
  });
});

describe('dataRows', () => {
  const real = Float32Array.from({ length: 600 }, (_, i) => Math.sin(i) * 10);

  it('are the same from disk as from memory, and so are batches, for one key', async () => {
    const disk = await openedData(dataFile('x.npy', npyOf(real, [100, 6])));
    const memory = { ...disk, x: arrayInMemory(real, [100, 6], 'memory') };
    const [a, b] = [disk, memory].map((set) => dataRows(set, 'train', none));
    for (let row = 0; row < a!.count; row++) expect([...a!.row(row)]).toEqual([...b!.row(row)]);
    const batchOf = (rows: typeof a) => batches(rows!, { batchSize: 7, key: key(5) });
    for (const step of [0, 40, 11]) expect(batchOf(a).at(step)).toEqual(batchOf(b).at(step));
    expect(batches(a!, { batchSize: 7, key: key(6) }).at(0)).not.toEqual(batchOf(a).at(0));
  });

  it('put 0 for missing values, and the mask behind', async () => {
    const x = [Float32Array.of(1.5, Number.NaN, -99, 4), [2, 2]] as const;
    const mask = [Uint8Array.of(1, 1, 0, 1), [2, 2]] as const;
    const data = await openedData(dataFile('x.npz', npzOf({ x, mask })));
    const rows = dataRows(data, Uint32Array.of(1, 0), none);
    expect([rows.count, rows.width]).toEqual([2, 4]);
    expect([...rows.row(0)]).toEqual([0, 4, 0, 1]);
    expect([...rows.row(1)]).toEqual([1.5, 0, 1, 0]);
  });

  it.each(binarisations)('give numbers k/255 the bits of the levels k, %s', async (binarisation) => {
    const bytes = Uint8Array.from({ length: 60 * 9 }, (_, i) => (i * 37) % 256);
    const like = { shape: [9], form: 'grey', hasMissing: false } as const;
    const levels = await openedData(dataFile('bytes.npy', npyOf(bytes, [60, 9])));
    const numbers = await openedData(
      dataFile(
        'numbers.npy',
        npyOf(
          Float32Array.from(bytes, (k) => k / 255),
          [60, 9],
        ),
      ),
      {
        like,
      },
    );
    const [ofLevels, ofNumbers] = [levels, { ...numbers, origins: levels.origins }].map((set) =>
      dataRows(set, 'train', options(binarisation)),
    );
    for (let row = 0; row < ofLevels!.count; row++) {
      expect([...ofNumbers!.row(row)]).toEqual([...ofLevels!.row(row)]);
      expect([...(ofNumbers!.rowAt?.(7, row) ?? [])]).toEqual([...(ofLevels!.rowAt?.(7, row) ?? [])]);
    }
    const [a, b] = [dataMoments(levels, binarisation).mean, dataMoments(numbers, binarisation).mean];
    for (const i of a.keys()) expect(b[i]).toBeCloseTo(a[i]!, 6);
  });

  it.each([
    ['numbers', [1, Number.NaN, 0.25, 0, 0.5, 0.75]],
    ['levels', [1, Number.NaN, 51 / 255, 0, 204 / 255, 204 / 255]],
  ])('draw bits of %s with holes: a missing one is 0, and no bit', async (_, values) => {
    const x = [Float32Array.from(values), [2, 3]] as const;
    const data = await openedData(dataFile('x.npz', npzOf({ x })), { splits: '1/0/0' });
    const rows = dataRows(data, Uint32Array.of(0, 1), options('threshold'));
    if (data.description.form === 'levels') {
      const levels = dataRows(data, Uint32Array.of(0), none).row(0);
      expect([...levels].map((value) => Math.round(255 * value))).toEqual([255, 0, 51, 255, 0, 255]);
    }
    expect([...rows.row(0)]).toEqual([1, 0, 0, 1, 0, 1]);
    expect([...rows.row(1)]).toEqual([0, 1, 1, 1, 1, 1]);
  });

  it('draw static bits by a key of their own', async () => {
    const data = await openedData(dataFile('x.npy', npyOf(new Uint8Array(400).fill(128), [20, 20])));
    const of = (seed?: number) => {
      const binarisationKey = seed === undefined ? {} : { binarisationKey: key(seed) };
      return [...dataRows(data, 'train', { ...options('static'), ...binarisationKey }).row(0)];
    };
    expect(of()).toEqual(of(staticBinarisationSeed));
    expect(of(1)).not.toEqual(of(2));
  });

  it('draw static bits by the row in its file, under every split', async () => {
    const bytes = Uint8Array.from({ length: 400 }, (_, i) => (i * 37) % 256);
    const path = dataFile('x.npy', npyOf(bytes, [20, 20]));
    const bitsOf = async (seed: number) => {
      const data = await openedData(path, { splitSeed: seed });
      const rows = dataRows(data, 'train', options('static'));
      return new Map([...data.splits.train].map((stored, i) => [stored, rows.row(i).join()]));
    };
    const [first, second] = [await bitsOf(1), await bitsOf(2)];
    for (const [row, bits] of first) expect(second.get(row) ?? bits).toBe(bits);
  });

  it('draw dynamic bits anew at each step, and once for an evaluation', async () => {
    const data = await openedData(dataFile('x.npy', npyOf(new Uint8Array(900).fill(128).fill(3, 800), [9, 100])));
    const rows = dataRows(data, 'train', options('dynamic'));
    const copy = (row: Float32Array) => [...row];
    expect(copy(rows.rowAt!(1, 0))).not.toEqual(copy(rows.rowAt!(2, 0)));
    expect(copy(rows.rowAt!(1, 0))).toEqual(copy(rows.rowAt!(1, 0)));
    expect(copy(rows.row(0))).toEqual(copy(rows.row(0)));
    expect(dataRows(data, 'train', options('static')).rowAt).toBeUndefined();
  });

  it('are as many as asked for, and refuse others', async () => {
    const data = await openedData(dataFile('x.npy', npyOf(real, [100, 6])));
    const rows = dataRows(data, 'test', { ...none, most: 4 });
    expect(rows.count).toBe(4);
    for (const index of [4, -1, 0.5])
      expect(() => rows.row(index)).toThrow(`x.npy: row: expected an index below 4, got ${index}`);
    for (const most of [-1, 1.5, Number.NaN]) {
      expect(() => dataRows(data, 'test', { ...none, most })).toThrow('x.npy: most: expected a whole number of rows');
    }
  });

  it('name the row of a file that changed to NaN', async () => {
    const data = await openedData(dataFile('x.npy', npyOf(real, [100, 6])));
    const changed = { ...data, x: arrayInMemory(Float32Array.from(real).fill(Number.NaN, 600 - 6), [100, 6], 'x.npy') };
    const rows = dataRows(changed, Uint32Array.of(99), none);
    expect(() => rows.row(0)).toThrow('x.npy, row 99: expected finite values, got NaN');
  });

  it('labels come in the order of the rows, of any width', () => {
    const y = arrayInMemory(
      Float32Array.from({ length: 3000 }, (_, i) => i),
      [1000, 3],
      'y',
    );
    const rows = Uint32Array.of(5, 7, 500, 999, 0, 5);
    const wanted = [...rows].flatMap((row) => [3 * row, 3 * row + 1, 3 * row + 2]);
    expect([...labelRows(y, rows)]).toEqual(wanted);
    expect(labelRows(y, new Uint32Array(0))).toEqual(new Float32Array(0));
  });
});

describe('dataMoments', () => {
  /** Two passes in float64. */
  function twoPasses(values: readonly number[]) {
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    return [mean, Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length)] as const;
  }

  it.each([
    ['a mean of 10^6 and a deviation of 1', (i: number) => 1e6 + Math.sin(i * 12.9898) * 1.5],
    ['numbers near 1', (i: number) => 1 - 1e-6 * (1 + Math.sin(i * 12.9898))],
    ['a constant', () => 0.1],
  ])('equal two passes in float64, for %s, with holes', async (_, draw) => {
    const x = Float32Array.from({ length: 30_000 }, (_, i) => (i % 7 === 3 ? Number.NaN : draw(i)));
    const mask = Uint8Array.from(x, (_, i) => (i % 5 === 2 ? 0 : 1));
    const data = await openedData(dataFile('x.npz', npzOf({ x: [x, [10_000, 3]], mask: [mask, [10_000, 3]] })));
    const { mean, deviation } = dataMoments(data);
    for (const variable of [0, 1, 2]) {
      const seen = [...data.splits.train].map((row) => 3 * row + variable);
      const observed = seen.filter((at) => mask[at] === 1 && !Number.isNaN(x[at])).map((at) => x[at]!);
      const [wantedMean, wantedDeviation] = twoPasses(observed);
      expect(Math.abs(mean[variable]! - wantedMean)).toBeLessThan(1e-13 * Math.abs(wantedMean));
      expect(Math.abs(deviation[variable]! - wantedDeviation)).toBeLessThan(1e-9 * wantedDeviation + 1e-15);
    }
  });

  it('are 0 where nothing was observed', async () => {
    const x = [Float32Array.of(Number.NaN, 3, Number.NaN, 5), [2, 2]] as const;
    const data = await openedData(dataFile('x.npz', npzOf({ x })), { splits: '1/0/0' });
    expect(dataMoments(data)).toEqual({
      mean: Float64Array.of(0, 4),
      deviation: Float64Array.of(0, 1),
      counts: Float64Array.of(0, 2),
    });
  });

  it.each([
    ['none', [1.5 / 255, 200 / 255]],
    ['threshold', [0, 1]],
    ['dynamic', [1.5 / 255, 200 / 255]],
  ] as const)('are those of the bits where levels are binarised: %s', async (binarisation, wanted) => {
    const x = [Uint8Array.of(1, 200, 2, 200), [2, 2]] as const;
    const data = await openedData(dataFile('x.npz', npzOf({ x })), { splits: '1/0/0' });
    const { mean } = dataMoments(data, binarisation);
    for (const i of [0, 1]) expect(mean[i]).toBeCloseTo(wanted[i]!, 14);
  });

  it('are in the units of the model that the data are for', async () => {
    const path = dataFile('x.npy', npyOf(Uint8Array.of(255, 0, 51, 102), [2, 2]));
    const data = await openedData(path, { splits: '1/0/0', like: { shape: [2], form: 'grey', hasMissing: false } });
    expect([...dataMoments(data).mean].map(Math.fround)).toEqual([0.6, 0.2].map(Math.fround));
  });

  it('read wide rows in pieces of bounded memory', async () => {
    const width = 2 ** 19 + 1;
    const data = await openedData(dataFile('x.npy', npyOf(new Uint8Array(3 * width).fill(7), [3, width])), {
      splits: '1/0/0',
    });
    const before = process.memoryUsage().arrayBuffers;
    const { mean } = dataMoments(data);
    expect(mean[width - 1]).toBeCloseTo(7 / 255, 14);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(100 * width);
  });
});
