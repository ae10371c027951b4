// Batches and binarisation: reproducible by step, without replacement, and true to the intensities.
import {
  type Binarisation,
  batches,
  binarisations,
  binarised,
  type ImageSet,
  mnist,
  staticBinarisationSeed,
} from '@flowvae/datasets';
import { tabulate } from '@flowvae/evaluation';
import { fold, key } from '@flowvae/random';
import type { DataPoints } from '@flowvae/training';
import { describe, expect, test } from 'vitest';

const height = 3;
const width = 7;
const pixels = height * width;
const count = 53;
const set: ImageSet = {
  images: Uint8Array.from({ length: count * pixels }, (_, i) => (i * 37) % 256),
  count,
  height,
  width,
};
const seed = key(5);
const make = (binarisation: Binarisation, batchSize = 10, from = seed) =>
  batches(set, { batchSize, binarisation, key: from });

/** A copy of the result of `at`, because the next call refills its arrays. */
const taken = ({ x, indices }: { x: Float32Array; indices: Uint32Array }) => ({ x: [...x], indices: [...indices] });

describe('order', () => {
  test('an epoch goes through the set without replacement and drops its last partial batch', () => {
    const source = make('none');
    expect(source).toMatchObject({ batchSize: 10, stepsPerEpoch: 5 });
    for (const epoch of [0, 1, 7]) {
      const seen = [0, 1, 2, 3, 4].flatMap((step) => [...source.at(epoch * 5 + step).indices]);
      expect(new Set(seen).size).toBe(50);
      expect(Math.max(...seen)).toBeLessThan(count);
    }
  });

  test('epochs have orders of their own', () => {
    const source = make('none', count);
    const orders = [0, 1, 2].map((epoch) => taken(source.at(epoch)).indices.join());
    expect(new Set(orders).size).toBe(3);
  });

  test('the pixels are those of the images that the indices name', () => {
    const { x, indices } = make('none', 4).at(9);
    indices.forEach((index, row) => {
      const expected = Float32Array.from(
        set.images.subarray(index * pixels, (index + 1) * pixels),
        (byte) => byte / 255,
      );
      expect(x.subarray(row * pixels, (row + 1) * pixels)).toEqual(expected);
    });
  });
});

describe.each(binarisations)('%s', (binarisation) => {
  test('steps in any order give the same as steps in sequence', () => {
    const steps = [...Array(17).keys()];
    const sequential = make(binarisation);
    const all = steps.map((step) => taken(sequential.at(step)));
    const jumping = make(binarisation);
    for (const step of [16, 3, 4, 11, 0, 16, 5]) expect(taken(jumping.at(step))).toEqual(all[step]);
  });

  test('another key gives other batches', () => {
    expect(taken(make(binarisation).at(2))).not.toEqual(taken(make(binarisation, 10, key(6)).at(2)));
  });

  test('the arrays are filled anew by the next call', () => {
    const source = make(binarisation);
    const { x, indices } = source.at(0);
    expect(source.at(1).x).toBe(x);
    expect(source.at(1).indices).toBe(indices);
  });

  test('a fixed set gives the same row at every look, into an array or a new one', () => {
    const fixed = binarised(set, { binarisation, key: seed });
    expect(fixed).toMatchObject({ count, width: pixels });
    const out = new Float32Array(pixels);
    expect(fixed.row(7, out)).toBe(out);
    expect(fixed.row(8)).not.toEqual(out);
    expect(fixed.row(7)).toEqual(out);
  });
});

/** The pixels of image `index` at each of a few epochs. */
function looks(binarisation: Binarisation, index: number, from = seed): number[][] {
  const source = batches(set, { batchSize: count, binarisation, key: from });
  return [0, 1, 2].map((epoch) => {
    const { x, indices } = source.at(epoch);
    const row = indices.indexOf(index);
    return [...x.subarray(row * pixels, (row + 1) * pixels)];
  });
}

describe('the chance', () => {
  test('dynamic differs at every look', () => {
    expect(new Set(looks('dynamic', 3).map(String)).size).toBe(3);
  });

  test('static is the same at every look, for every training seed, and in evaluation', () => {
    const [first, ...others] = [...looks('static', 3), ...looks('static', 3, key(1234))];
    for (const other of others) expect(other).toEqual(first);
    expect([...binarised(set, { binarisation: 'static', key: key(77) }).row(3)]).toEqual(first);
  });

  test('static follows its own key, by default that of the published seed', () => {
    const of = (binarisationKey: ReturnType<typeof key>) =>
      binarised(set, { binarisation: 'static', key: seed, binarisationKey }).row(3);
    expect(of(key(staticBinarisationSeed))).toEqual(binarised(set, { binarisation: 'static', key: seed }).row(3));
    expect(of(key(staticBinarisationSeed + 1))).not.toEqual(of(key(staticBinarisationSeed)));
  });

  test('no two images share their draws', () => {
    const grey = { ...set, images: new Uint8Array(count * pixels).fill(128) };
    for (const binarisation of ['static', 'dynamic'] as const) {
      const fixed = binarised(grey, { binarisation, key: seed });
      expect(new Set(Array.from({ length: count }, (_, i) => String(fixed.row(i)))).size).toBe(count);
    }
  });

  test('threshold is 1 from 128 on', () => {
    const edge = { images: Uint8Array.from([0, 127, 128, 255]), count: 1, height: 1, width: 4 };
    expect([...binarised(edge, { binarisation: 'threshold', key: seed }).row(0)]).toEqual([0, 0, 1, 1]);
    expect([...binarised(edge, { binarisation: 'none', key: seed }).row(0)]).toEqual(
      [0, 127, 128, 255].map((byte) => Math.fround(byte / 255)),
    );
  });

  test.each(['dynamic', 'static'] as const)('%s means follow the intensities', (binarisation) => {
    const bytes = [0, 1, 64, 128, 200, 254, 255];
    const n = 4000;
    const wide: ImageSet = {
      images: Uint8Array.from({ length: n * bytes.length }, (_, i) => bytes[i % bytes.length]!),
      count: n,
      height: 1,
      width: bytes.length,
    };
    const { x } = batches(wide, { batchSize: n, binarisation, key: fold(seed, 'means') }).at(0);
    bytes.forEach((byte, pixel) => {
      const p = byte / 255;
      const mean = x.reduce((sum, value, i) => sum + (i % bytes.length === pixel ? value : 0), 0) / n;
      expect(Math.abs(mean - p), `byte ${byte}`).toBeLessThanOrEqual(4 * Math.sqrt((p * (1 - p)) / n));
    });
  });
});

describe('MNIST', () => {
  const split = mnist();
  const whole = mnist({ split: '60k/10k' });

  test('has equal static images under every split, which differ from the test images at their places', () => {
    const options = { binarisation: 'static', key: seed } as const;
    const held = binarised(split.validation, options).row(12);
    expect(binarised(whole.train, options).row(50_012)).toEqual(held);
    const asTest = binarised({ ...split.validation, origin: { file: 't10k', first: 50_000 } }, options).row(12);
    expect(asTest).not.toEqual(held);
  });

  test('draws a dynamic batch of 100 by the fast path: about 0.25 ms, 2 ms on a busy machine', () => {
    const source = batches(split.train, { batchSize: 100, binarisation: 'dynamic', key: seed });
    for (let step = 0; step < 300; step++) source.at(step);
    const times = Array.from({ length: 20 }, (_, round) => {
      const start = performance.now();
      for (let step = 0; step < 20; step++) source.at(300 + 20 * round + step);
      return (performance.now() - start) / 20;
    });
    expect(Math.min(...times)).toBeLessThan(2); // without the kernels it takes three times this limit
  });
});

test.each([
  [() => make('none', 54), 'batches: batchSize: expected a whole number from 1 to 53, the size of the set, got 54'],
  [() => make('none', 0), 'batches: batchSize: expected a whole number from 1 to 53, the size of the set, got 0'],
  [() => make('none', 2.5), 'batches: batchSize: expected a whole number from 1 to 53, the size of the set, got 2.5'],
  [
    () => batches({ ...set, images: new Uint8Array(0), count: 0 }, { batchSize: 1, binarisation: 'none', key: seed }),
    'batches: batchSize: expected a set with images, got an empty one',
  ],
  [() => make('none').at(-1), 'batches.at: step: expected a whole number from 0, got -1'],
  [() => make('none').at(0.5), 'batches.at: step: expected a whole number from 0, got 0.5'],
  [
    () => make('bright' as Binarisation),
    'binarisation: expected one of dynamic, static, threshold, none, got "bright"',
  ],
  [
    () => binarised({ ...set, count: 54 }, { binarisation: 'none', key: seed }),
    'ImageSet.images: expected 54 x 3 x 7 bytes, got 1113 bytes',
  ],
  [
    () => binarised(set, { binarisation: 'none', key: seed }).row(53),
    'FixedImages.row: expected an index below 53 and an array of 21 pixels, got index 53 and 21 pixels',
  ],
  [
    () => binarised(set, { binarisation: 'none', key: seed }).row(0, new Float32Array(5)),
    'FixedImages.row: expected an index below 53 and an array of 21 pixels, got index 0 and 5 pixels',
  ],
])('a wrong argument is refused in words (%#)', (call, message) => {
  expect(call).toThrow(expect.objectContaining({ name: 'ExpectationError', message }));
});

test('a set that is binarised once is data points as evaluations take them', async () => {
  const fixed: DataPoints = binarised(set, { binarisation: 'threshold', key: seed });
  expect([fixed.count, fixed.width]).toEqual([count, pixels]);
  const { x } = await tabulate((rows) => ({ x: rows }), fixed, { chunk: 20 });
  expect([...x!]).toEqual([...set.images].map((byte) => Number(byte >= 128)));
});
