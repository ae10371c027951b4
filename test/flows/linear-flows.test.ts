// The promises of reflections, permutations and linear maps beyond the laws.
import { actnorm, actnormParams, full, householder, parseFlow, permutation } from '@flowvae/flows';
import { drawNormal, key } from '@flowvae/random';
import { type Tensor2D, tf } from '@flowvae/tensor';
import { describe, expect, it } from 'vitest';
import { differences } from '../laws/comparison.ts';
import { eager, shaped } from '../laws/evaluation.ts';
import { drawInputs, forwardOf } from '../laws/flow-inputs.ts';

describe('householder', () => {
  const z = shaped(drawNormal(key(70), 12), [4, 3]);
  const at = (v: readonly number[]) => eager(forwardOf(householder(3)), { z, v: shaped(v, [1, 1, 3]) });

  it('has a log-det of exactly 0', () => {
    const { logDet } = eager(forwardOf(householder(5, 4)), drawInputs(householder(5, 4), { scale: 3 }));
    expect(Array.from(logDet!)).toEqual(new Array(logDet!.length).fill(0));
  });

  it.each([1e-25, 1e-15, 1, 1e15, 1e25])('does not depend on the length of v: %d times as long', (length) => {
    const v = [0.3, -1, 2];
    expect(differences('y', at(v.map((entry) => length * entry)).y!, at(v).y!, 1e-6)).toEqual([]);
  });

  it('leaves z where it is for v = 0', () => {
    expect(at([0, 0, 0]).y).toEqual(z.values);
  });
});

describe('actnorm started from data', () => {
  const rows = 500;
  const data = drawNormal(key(71), rows * 3).map((value, i) => [5 + 3 * value, -200 + 0.01 * value, 7][i % 3]!);

  it('sends the batch to mean 0 and variance 1, and only shifts a column of one value', () => {
    const { shift, logScale } = actnormParams(tf.tensor2d(data, [rows, 3]));
    const { y } = eager(forwardOf(actnorm(3)), {
      z: shaped(data, [rows, 3]),
      shift: shaped(shift, [1, 3]),
      logScale: shaped(logScale, [1, 3]),
    });
    const moments = [0, 1, 2].map((d) => {
      const column = Array.from({ length: rows }, (_, row) => y![3 * row + d]!);
      const mean = column.reduce((sum, value) => sum + value, 0) / rows;
      return [mean, column.reduce((sum, value) => sum + (value - mean) ** 2, 0) / rows] as const;
    });
    expect(
      differences(
        'mean',
        moments.map(([mean]) => mean),
        [0, 0, 0],
        2e-3,
      ),
    ).toEqual([]);
    expect(
      differences(
        'variance',
        moments.map(([, variance]) => variance),
        [1, 1, 0],
        2e-3,
      ),
    ).toEqual([]);
  });

  it('needs two rows', () => {
    expect(() => actnormParams(tf.zeros([1, 3]) as Tensor2D)).toThrow(
      'actnormParams: batch: expected two rows or more, got 1',
    );
  });
});

describe('full', () => {
  it('pushes N(0, I) to N(shift, L·Lᵀ) with any lower triangular L of positive diagonal', () => {
    // L = diag(2, 3, 0.5)·(I + N), N = [[·, ·, ·], [4, ·, ·], [5, 6, ·]]: its columns are the images of the unit
    // vectors
    const unit = shaped([1, 0, 0, 0, 1, 0, 0, 0, 1], [3, 3]);
    const { y } = eager(forwardOf(full(3)), {
      z: unit,
      lower: shaped([5, 6, 4], [1, 3]),
      logScale: shaped([2, 3, 0.5].map(Math.log), [1, 3]),
      shift: shaped([0, 0, 0], [1, 3]),
    });
    const image = Array.from(y!, (value) => Math.round(1e4 * value) / 1e4);
    const [a, b, c] = [image.slice(0, 3), image.slice(3, 6), image.slice(6)];
    expect([a![0], b!.slice(0, 2), c]).toEqual([2, [0, 3], [0, 0, 0.5]]);
    expect([a![1]! / 3, a![2]! / 0.5, b![2]! / 0.5].toSorted()).toEqual([4, 5, 6]);
  });
});

describe('permutations', () => {
  const order = (flow: ReturnType<typeof permutation>) =>
    Array.from(
      eager(forwardOf(flow), {
        z: shaped(
          Array.from({ length: 8 }, (_, i) => i),
          [1, 8],
        ),
      }).y!,
    );

  it('are fixed by their key, and hold every dimension once', () => {
    expect(order(permutation(8))).toEqual(order(permutation(8, { key: key(0) })));
    expect(order(permutation(8, { key: key(1) }))).not.toEqual(order(permutation(8)));
    expect(order(permutation(8)).toSorted()).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
  });

  it('are others for every layer of a formula', () => {
    const one = eager(forwardOf(parseFlow('permutation', 8)), { z: shaped([0, 1, 2, 3, 4, 5, 6, 7], [1, 8]) }).y;
    const twice = forwardOf(parseFlow('permutation*2', 8));
    const y = eager(twice, { z: shaped([0, 1, 2, 3, 4, 5, 6, 7], [1, 8]) }).y!;
    expect(Array.from(y)).not.toEqual(Array.from(one!, (from) => one![from]!));
  });
});

it.each(['permutation', 'lu'])('%s is another map in every term of a formula', (name) => {
  const z = [0, 1, 2, 3, 4, 5, 6, 7];
  const image = (formula: string) => {
    const { z: _, ...params } = drawInputs(parseFlow(formula, 8), { batch: 1, scale: 0 });
    return Array.from(eager(forwardOf(parseFlow(formula, 8)), { z: shaped(z, [1, 8]), ...params }).y!);
  };
  const order = image(name);
  expect(image(`affine-${name}`)).not.toEqual(order);
  const twice = z.map((i) => order[order[i]!]!);
  expect(image(`${name}-${name}`)).not.toEqual(twice);
  expect(image(`${name}-affine-${name}`)).not.toEqual(twice);
  expect(image(`${name}-${name}`)).toEqual(image(`${name}*2`));
});
