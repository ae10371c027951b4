// The loss whose gradients the public checker checks, against numbers by hand.
import type { Flow } from '@flowvae/flows';
import { key } from '@flowvae/random';
import { type Tensor, type Tensor2D, tf } from '@flowvae/tensor';
import { describe, expect, it } from 'vitest';
import type { ShapedArray } from '../../packages/flows/src/check/drawn-inputs.ts';
import { dot, sumOver } from '../../packages/flows/src/check/gradients/gradient-questions.ts';
import { groupsBy } from '../../packages/flows/src/check/gradients/grouping.ts';
import {
  lossesAt,
  lossGradients,
  lossWeights,
  normOf,
  pointLosses,
  pointMagnitudes,
} from '../../packages/flows/src/check/gradients/probe-loss.ts';
import type { Probe } from '../../packages/flows/src/check/probe.ts';

const array = (shape: readonly number[], ...values: number[]): ShapedArray => ({
  shape,
  values: Float32Array.from(values),
});

/** y = (z + a)·slope(z) + s, log-det Σ a: gradients by hand. */
const affine = (slope: number, shared: readonly string[] = []): Flow =>
  ({
    name: 'affine',
    dim: 2,
    paramShapes: { a: [2] },
    shared,
    initialParams: () => ({ a: new Float32Array(2) }),
    forward: ({ a }: { a: Tensor }, z: Tensor2D) => ({
      y: tf.mul(tf.add(z, a), slope),
      logDet: tf.add(tf.sum(a, 1), tf.zeros([z.shape[0]])),
    }),
  }) as unknown as Flow;

const numbersOf = (results: Readonly<Record<string, ArrayLike<number>>>) =>
  Object.fromEntries(Object.entries(results).map(([name, values]) => [name, Array.from(values)]));

describe('the loss Σ weight·y + weight·logDet', () => {
  const weights = { ofY: Float32Array.of(1, -2, 3, 0.5), ofLogDet: Float32Array.of(-1, 2) };
  const result = { y: Float32Array.of(1, 2, 3, 4), logDet: Float32Array.of(5, 6) };

  it('of each point, and the sum of its absolute terms', () => {
    expect(pointLosses(result, weights)).toEqual([1 - 4 - 5, 9 + 2 + 12]);
    expect(pointMagnitudes(result, weights)).toEqual([1 + 4 + 5, 9 + 2 + 12]);
  });

  it('at several inputs', () => {
    const inputs = { z: array([2, 2], 1, 2, 3, 4), a: array([1, 2], 10, 20) };
    const at = { inputs, weights };
    // y = 3·(11, 22), 3·(13, 24), log-det 30
    expect(lossesAt(affine(3), [at, at])).toEqual([0, 1].map(() => [33 - 2 * 66 - 30, 3 * 39 + 0.5 * 72 + 60]));
  });

  const one = { z: array([2, 2], 1, 2, 3, 4), a: array([1, 2], 10, 20) };
  const own = { z: array([2, 2], 1, 2, 3, 4), a: array([2, 2], 10, 20, 0, 0) };
  const towardsZ = [3, -6, 9, 1.5];

  it('has gradients towards every input, those of a shared row added up', () => {
    const found = lossGradients(affine(3), [
      { inputs: one, weights },
      { inputs: own, weights },
    ])!;
    expect(found.map(numbersOf)).toEqual([
      { z: towardsZ, a: [3 + 9 - 1 + 2, -6 + 1.5 - 1 + 2] },
      { z: towardsZ, a: [3 - 1, -6 - 1, 9 + 2, 1.5 + 2] },
    ]);
    const asked = lossGradients(affine(3), [{ inputs: own, weights }], { names: ['z'] })!;
    expect(asked.map(numbersOf)).toEqual([{ z: towardsZ }]);
  });

  it('has a gradient of its own towards an always shared array at each of two inputs', () => {
    const doubled = { ...weights, ofY: weights.ofY.map((value) => 2 * value) };
    const found = lossGradients(affine(3, ['a']), [
      { inputs: one, weights },
      { inputs: one, weights: doubled },
    ])!;
    expect(found.map(({ a }) => Array.from(a!))).toEqual([
      [13, -3.5],
      [25, -8],
    ]);
  });

  it('has none if one input has none', () => {
    const flow = {
      ...affine(3),
      forward: (_: unknown, z: Tensor2D) => ({ y: tf.topk(z, 2).values, logDet: tf.zeros([z.shape[0]]) }),
    } as unknown as Flow;
    expect(lossGradients(flow, [{ inputs: own, weights }])).toBeUndefined();
    expect(lossWeights([{ flow, key: key(1), inputs: own } as unknown as Probe])).toBeUndefined();
  });

  it('has smaller weights where it is steep', () => {
    const weightsAt = (slope: number) =>
      lossWeights([{ flow: affine(slope), key: key(1), inputs: own } as unknown as Probe])![0]!;
    const [flat, steep] = [weightsAt(1e-3), weightsAt(1e3)];
    for (const point of [0, 1]) {
      const norm = 1e3 * Math.hypot(...flat.ofY.subarray(2 * point, 2 * point + 2));
      expect(steep.ofLogDet[point]).toBeCloseTo(flat.ofLogDet[point]! / norm, 8);
      for (const d of [0, 1]) expect(steep.ofY[2 * point + d]).toBeCloseTo(flat.ofY[2 * point + d]! / norm, 8);
    }
  });
});

it('normOf, dot, sumOver and groupsBy', () => {
  expect(normOf([3, -4])).toBe(5);
  expect(dot(Float32Array.of(1, 2, 9), Float64Array.of(3, -1))).toBe(1);
  expect(sumOver([0, 2], [1, 10, 100])).toBe(101);
  expect(groupsBy([1, 2, 3, 4, 5], (item) => item % 2)).toEqual([
    [1, 3, 5],
    [2, 4],
  ]);
});
