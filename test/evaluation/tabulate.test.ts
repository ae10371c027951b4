// tabulate evaluates a function at every data point, in chunks of rows.
import { tabulate } from '@flowvae/evaluation';
import { type Tensor2D, tf } from '@flowvae/tensor';
import { dataPoints } from '@flowvae/training';
import { expect, it } from 'vitest';

/** Five data points of width 3. */
const values = Float32Array.from({ length: 15 }, (_, i) => Math.sin(2 * i));
const data = dataPoints(values, 3);

it.each([1, 2, 4, 5, 100, undefined])(
  'tabulate gives a function no more rows than there are, in chunks of %s',
  async (chunk) => {
    const sizes = new Set<number>();
    const { twice } = await tabulate(
      (x) => {
        sizes.add(x.shape[0]);
        return { twice: tf.mul(x, 2) };
      },
      data,
      { engine: 'eager', ...(chunk ? { chunk } : {}) },
    );
    expect(Array.from(twice!)).toEqual(Array.from(values, (value) => 2 * value));
    expect([...sizes]).toEqual([Math.min(chunk ?? 4096, 5)]);
  },
);

it('tabulate takes 4096 rows at once where nothing is said', async () => {
  const sizes = new Set<number>();
  const sized = (x: Tensor2D) => {
    sizes.add(x.shape[0]);
    return { x };
  };
  const { x } = await tabulate(sized, dataPoints(new Float32Array(4100).fill(3), 1), { engine: 'eager' });
  expect([x!.length, x!.at(-1), [...sizes]]).toEqual([4100, 3, [4096]]);
});

it('tabulate asks a function of no data points nothing', async () => {
  const never = () => {
    throw new Error('asked');
  };
  expect(await tabulate(never, { ...data, count: 0 }, { engine: 'eager' })).toEqual({});
});

it('tabulate repeats a row that all data share', async () => {
  const { shared } = await tabulate(() => ({ shared: tf.tensor2d([[7, 8]]) }), data, { engine: 'eager', chunk: 2 });
  expect([...shared!]).toEqual([7, 8, 7, 8, 7, 8, 7, 8, 7, 8]);
});

it('tabulate refuses a result of another number of rows', async () => {
  const wrong = tabulate(() => ({ wrong: tf.zeros([2, 3]) }), data, { engine: 'eager' });
  await expect(wrong).rejects.toThrow('tabulate: wrong: expected [5, 3], got [2, 3]');
});

it('tabulate asks for no row beyond the last, though it fills the last chunk up', async () => {
  const asked: number[] = [];
  const row = (index: number) => {
    asked.push(index);
    return data.row(index);
  };
  await tabulate((x) => ({ x }), { ...data, row }, { engine: 'eager', chunk: 2 });
  expect(Math.max(...asked)).toBe(4);
});

it('tabulate computes chunks on several threads, with the same bytes in the order of the data', async () => {
  const many = dataPoints(
    Float32Array.from({ length: 300 }, (_, i) => Math.sin(i)),
    3,
  );
  const on = (threads: number) => tabulate((x) => ({ y: tf.log(tf.abs(x)) }), many, { threads, chunk: 7 });
  const [one, two] = [await on(1), await on(2)];
  expect(two).toEqual(one);
  expect(Math.abs(one.y![299]! - Math.log(Math.abs(Math.sin(299))))).toBeLessThan(1e-5);
});

it('tabulate ends after the chunks that are under way where it is stopped', async () => {
  const controller = new AbortController();
  const asked: number[] = [];
  const row = (index: number) => {
    asked.push(index);
    if (index === 1) controller.abort();
    return data.row(index);
  };
  const { x } = await tabulate((x) => ({ x }), { ...data, row }, { chunk: 1, signal: controller.signal });
  expect([asked, [...x!]]).toEqual([
    [0, 1],
    [...values.subarray(0, 6), ...new Float32Array(9)],
  ]);
});
