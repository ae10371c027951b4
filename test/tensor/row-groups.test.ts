// Rows in groups: values, gradients, and rows that cannot be grouped.
import { repeatRows, rowsFor, type Scalar, type Tensor, tf } from '@flowvae/tensor';
import { expect, it } from 'vitest';
import { compiled, eager, shaped, withGradients } from '../laws/evaluation.ts';

const x = shaped([1, 2, 3, 4, 5, 6], [3, 2]);
const tripled = [1, 2, 1, 2, 1, 2, 3, 4, 3, 4, 3, 4, 5, 6, 5, 6, 5, 6];

it('repeatRows repeats each row in place, eager and compiled', async () => {
  const fn = ({ x: given }: Readonly<Record<string, Tensor>>) => ({ y: repeatRows(given!, 3) });
  expect([...eager(fn, { x }).y!]).toEqual(tripled);
  expect([...(await compiled(fn, { x })).y!]).toEqual(tripled);
});

it('repeatRows keeps any number of other axes', () => {
  const fn = ({ x: given }: Readonly<Record<string, Tensor>>) => ({ y: repeatRows(given!, 2) });
  expect([...eager(fn, { x: shaped([1, 2], [2]) }).y!]).toEqual([1, 1, 2, 2]);
  expect([...eager(fn, { x: shaped([1, 2, 3, 4, 5, 6, 7, 8], [2, 1, 2, 2]) }).y!]).toEqual([
    1, 2, 3, 4, 1, 2, 3, 4, 5, 6, 7, 8, 5, 6, 7, 8,
  ]);
});

it('repeatRows sums gradients over the copies, eager and compiled', async () => {
  const weights = Array.from({ length: 18 }, (_, i) => i + 1);
  const loss = withGradients(
    ({ x: given }) => tf.sum(tf.mul(repeatRows(given!, 3), tf.reshape(weights, [9, 2]))) as Scalar,
  );
  const expected = [0, 1, 6, 7, 12, 13].map((first) => 3 * first + 9);
  expect([...eager(loss, { x })['gradient:x']!]).toEqual(expected);
  expect([...(await compiled(loss, { x }))['gradient:x']!]).toEqual(expected);
});

it('rowsFor leaves one row, and rows that fit, unchanged; it refuses groups of unequal size', () => {
  tf.tidy(() => {
    const [one, three] = [tf.zeros([1, 2]), tf.zeros([3, 2])];
    expect(rowsFor('f', one, 7)).toBe(one);
    expect(rowsFor('f', three, 3)).toBe(three);
    expect(rowsFor('f', three, 1)).toBe(three);
    expect(rowsFor('f', three, 6).shape).toEqual([6, 2]);
    expect(() => rowsFor('f: noise', three, 7)).toThrow(
      'f: noise: expected a multiple of 3 rows, as many for each row of parameters, got 7 rows',
    );
  });
});
