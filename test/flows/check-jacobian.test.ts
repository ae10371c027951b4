// The public checker's Jacobians: determinant, inverse and condition against cofactors, singular ones by hand.
import type { Flow, ParamShapes, Params } from '@flowvae/flows';
import { drawNormal, key } from '@flowvae/random';
import { type Tensor, type Tensor2D, tf } from '@flowvae/tensor';
import { describe, expect, it } from 'vitest';
import { gradientsOf } from '../../packages/flows/src/check/autodiff.ts';
import { type Jacobian, jacobiansOf } from '../../packages/flows/src/check/jacobian.ts';

/** y = A·z with a parameter A [D, D]. */
const linear = (dim: number, shared: readonly string[] = []): Flow => ({
  name: 'linear',
  dim,
  paramShapes: { a: [dim, dim] },
  shared,
  initialParams: () => ({ a: new Float32Array(dim * dim) }),
  forward: ({ a }: Params<ParamShapes>, z: Tensor2D) => ({
    y: tf.sum(tf.mul(a!, tf.expandDims(z, 1)), 2) as Tensor2D,
    logDet: tf.zeros([z.shape[0]]),
  }),
});

const jacobiansAt = (matrices: readonly (readonly number[])[], dim: number, cotangents?: readonly number[]) => {
  const inputs = matrices.map((matrix) => ({
    z: { shape: [1, dim], values: new Float32Array(dim) },
    a: { shape: [1, dim, dim], values: Float32Array.from(matrix) },
  }));
  return jacobiansOf(linear(dim), inputs, cotangents ? [...cotangents] : undefined).map(([one]) => one!);
};

/** The determinant by the first row's cofactors. */
function determinant(m: readonly (readonly number[])[]): number {
  if (m.length === 0) return 1;
  return m[0]!.reduce(
    (sum, value, j) => sum + (j % 2 ? -1 : 1) * value * determinant(m.slice(1).map((row) => row.toSpliced(j, 1))),
    0,
  );
}

const rowsOf = (values: ArrayLike<number>, n: number) =>
  Array.from({ length: n }, (_, i) => Array.from({ length: n }, (__, j) => values[i * n + j]!));

describe.each([1, 2, 3, 4])('jacobiansOf in dimension %i', (dim) => {
  const size = dim * dim;
  const drawn = drawNormal(key(dim), 6 * size);
  const matrices = Array.from({ length: 6 }, (_, i) => [...drawn.subarray(i * size, (i + 1) * size)]);
  if (dim > 1) matrices[0]![0] = 0; // the first pivot is elsewhere

  const expectRight = (found: readonly Jacobian[], digits: number) => {
    for (const [i, { logAbsDet, sign, inverse, condition, largestLogDet }] of found.entries()) {
      const matrix = rowsOf(matrices[i]!, dim);
      const det = determinant(matrix);
      expect(logAbsDet).toBeCloseTo(Math.log(Math.abs(det)), digits);
      expect(sign).toBe(Math.sign(det));
      const cofactors = matrix.map((row, a) =>
        row.map((_, b) => {
          const minor = matrix.toSpliced(a, 1).map((other) => other.toSpliced(b, 1));
          return ((a + b) % 2 ? -1 : 1) * determinant(minor);
        }),
      );
      const computed = rowsOf(inverse, dim);
      const terms = matrix.flatMap((row, a) => row.map((value, b) => (value * cofactors[a]![b]!) / det));
      for (const [a, row] of computed.entries()) {
        for (const [b, value] of row.entries()) expect(value).toBeCloseTo(cofactors[b]![a]! / det, digits - 2);
      }
      expect(condition / terms.reduce((sum, term) => sum + Math.abs(term), 0)).toBeCloseTo(1, digits);
      expect(largestLogDet).toBeUndefined();
    }
  };

  it('has determinant, sign, inverse and condition of each matrix', () => {
    expectRight(jacobiansAt(matrices, dim), 9);
  });

  it('divides other cotangents out', () => {
    expectRight(jacobiansAt(matrices, dim, [0.5, 0.75, 0.7, 0.6, 0.55, 0.9]), 4);
  });
});

it('jacobiansOf has one for each point, of parameters of its own, shared or always shared', () => {
  const values = Float32Array.of(2, 0, 0, 1, 3, 0, 0, 1);
  const z = { shape: [2, 2], values: new Float32Array(4) };
  const logs = (flow: Flow, shape: readonly number[], count = values.length) =>
    jacobiansOf(flow, [{ z, a: { shape, values: values.subarray(0, count) } }])[0]!.map(({ logAbsDet }) => logAbsDet);
  expect(logs(linear(2), [2, 2, 2])).toEqual([Math.log(2), Math.log(3)]);
  expect(logs(linear(2), [1, 2, 2], 4)).toEqual([Math.log(2), Math.log(2)]);
  expect(logs(linear(2, ['a']), [1, 2, 2], 4)).toEqual([Math.log(2), Math.log(2)]);
});

it('a singular Jacobian has the largest log-det that an error of 100 ε in one row can make', () => {
  const [wide, small, ...broken] = jacobiansAt(
    [
      [3, 4, 6, 8],
      [0.1, 0.1, 0.1, 0.1],
      [Number.NaN, 1, 1, 1],
      [0, Number.NaN, 0, 1], // its first pivot is 0
    ],
    2,
  );
  const ofRow = Math.log(2 * 100 * 2 ** -23);
  expect(wide!.largestLogDet).toBeCloseTo(ofRow + Math.log(5) + Math.log(10), 10);
  expect(small!.largestLogDet).toBeCloseTo(ofRow, 10);
  expect(wide).toMatchObject({ logAbsDet: Number.NEGATIVE_INFINITY, sign: 0, condition: Number.POSITIVE_INFINITY });
  expect(Array.from(wide!.inverse)).toEqual(new Array(4).fill(Number.POSITIVE_INFINITY));
  expect(broken.map(({ condition }) => condition)).toEqual([Number.NaN, Number.NaN]);
});

describe('gradientsOf', () => {
  const scalar = tf.scalar(3);
  const valuesOf = (loss: (...inputs: Tensor[]) => Tensor, inputs: readonly Tensor[]) =>
    tf.tidy(() => gradientsOf(loss, inputs)?.map((gradient) => gradient.dataSync()[0]));

  it('is 0 for an input that the loss does not use, and none if it uses none', () => {
    expect(valuesOf((x) => tf.square(x!), [scalar, tf.scalar(1)])).toEqual([6, 0]);
    expect(valuesOf((x) => tf.sum(tf.square(x!)), [tf.tensor1d([3, 0]), tf.scalar(1)])).toEqual([6, 0]);
    expect(valuesOf(() => tf.square(tf.scalar(2)), [scalar, tf.scalar(1)])).toBeUndefined();
  });

  it('throws errors of the function itself, and leaves nothing recording', () => {
    const before = tf.memory().numTensors;
    for (const thrown of [new RangeError('mine'), 'a text']) {
      const broken = (x?: Tensor): Tensor => {
        tf.square(x!);
        throw thrown;
      };
      expect(() => valuesOf(broken, [scalar])).toThrow(typeof thrown === 'string' ? thrown : 'mine');
      expect([tf.engine().state.activeTape ?? null, tf.memory().numTensors]).toEqual([null, before]);
    }
  });
});
