// The real MNIST: all 70,000 images, in order, as their checksums say.
import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { meanImage, mnist } from '@flowvae/datasets';
import { describe, expect, test } from 'vitest';
import { readVerified } from '../../packages/datasets/src/mnist.ts';
import { folderOf } from './idx-fixtures.ts';

const data = mnist();
const whole = mnist({ split: '60k/10k' });

test('the training images are not read for the test images', () => {
  const held = () => process.memoryUsage().arrayBuffers;
  const before = held();
  const { test: images } = mnist();
  expect(images.count).toBe(10_000);
  expect(held() - before).toBeLessThan(2 * images.images.byteLength);
});

test('MNIST has 50,000, 10,000 and 10,000 labelled images of 28 x 28', () => {
  for (const [set, count] of [
    [data.train, 50_000],
    [data.validation, 10_000],
    [data.test, 10_000],
  ] as const) {
    expect(set).toMatchObject({ count, height: 28, width: 28 });
    expect(set.images).toHaveLength(count * 784);
    expect(set.labels).toHaveLength(count);
  }
  expect(data.name).toBe('mnist');
});

test('validation is the end of the training file, in file order', () => {
  expect(whole.train.count).toBe(60_000);
  expect(whole.validation).toMatchObject({ count: 0 });
  expect(whole.validation.images).toHaveLength(0);
  const joined = Buffer.concat([data.train.images, data.validation.images]);
  expect(Buffer.compare(joined, whole.train.images)).toBe(0);
  expect(data.validation.origin).toEqual({ file: 'train', first: 50_000 });
});

test('the labels are the digits that stand first in the files, in their known numbers', () => {
  expect([...data.train.labels!.subarray(0, 10)]).toEqual([5, 0, 4, 1, 9, 2, 1, 3, 1, 4]);
  expect([...data.test.labels!.subarray(0, 10)]).toEqual([7, 2, 1, 0, 4, 1, 4, 9, 5, 9]);
  const counts = new Array(10).fill(0);
  for (const label of whole.train.labels!) counts[label] += 1;
  expect(counts).toEqual([5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949]);
});

test('the mean intensity is the known 0.1307', () => {
  const mean = meanImage(whole.train);
  expect(mean).toHaveLength(784);
  expect(mean.reduce((sum, value) => sum + value, 0) / 784).toBeCloseTo(0.1307, 4);
});

describe('checksums', () => {
  const bytes = Uint8Array.from([1, 2, 3]);
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  const path = join(folderOf({ file: bytes }), 'file');

  test('a file that is the original is read', () => {
    expect([...readVerified(path, sha256)]).toEqual([1, 2, 3]);
  });

  test('one changed byte is noticed, and both sums are named', () => {
    writeFileSync(path, Uint8Array.from([1, 2, 4]));
    const found = createHash('sha256')
      .update(Uint8Array.from([1, 2, 4]))
      .digest('hex');
    expect(() => readVerified(path, sha256)).toThrow(
      `${path}: expected SHA-256 ${sha256}, got ${found}; the file is not`,
    );
  });
});
