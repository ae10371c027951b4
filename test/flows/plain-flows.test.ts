// What single flows without networks promise beyond the laws.
import {
  actnorm,
  actnormParams,
  full,
  householder,
  invert,
  lu,
  parseFlow,
  permutation,
  planarLeaky,
  radial,
  sylvesterHouseholder,
  sylvesterOrthogonal,
  sylvesterTriangular,
} from '@flowvae/flows';
import { key, normal } from '@flowvae/random';
import { type Tensor2D, tf } from '@flowvae/tensor';
import { describe, expect, it } from 'vitest';
import { differences } from '../laws/comparison.ts';
import { compiled, eager, shaped, type Tensors, withGradients } from '../laws/evaluation.ts';
import { weightedLoss } from '../laws/flow-gradient-laws.ts';
import { drawInputs, forwardOf } from '../laws/flow-inputs.ts';
import { gradientsStayFinite } from '../laws/flow-range-laws.ts';
import { softplus } from '../reference/flow-cases.ts';

describe('householder', () => {
  const z = shaped(normal(key(70), 12), [4, 3]);
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
  const data = normal(key(71), rows * 3).map((value, i) => [5 + 3 * value, -200 + 0.01 * value, 7][i % 3]!);

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
    // L = diag(2, 3, 0.5)·(I + N), N = [[·, ·, ·], [4, ·, ·], [5, 6, ·]]: its columns are the images of the unit vectors
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

describe('planar-leaky', () => {
  it.each([0, 0.3, 0.9])('below its kink has the log-det log((1 − λ) + λ·softplus(wᵀu)), λ = %d', (slope) => {
    const dots = Array.from({ length: 81 }, (_, i) => i - 60);
    const at = (b: number) =>
      eager(forwardOf(planarLeaky(1, 1, { slope })), {
        z: shaped(
          dots.map(() => 0),
          [dots.length, 1],
        ),
        w: shaped([1], [1, 1, 1]),
        u: shaped(dots, [dots.length, 1, 1]),
        b: shaped([b], [1, 1]),
      }).logDet!;
    expect(
      differences(
        'below',
        at(-1),
        dots.map((a) => Math.log(1 - slope + slope * softplus(a))),
        1e-6,
      ),
    ).toEqual([]);
    expect(
      differences(
        'above',
        at(1),
        dots.map((a) => Math.log(softplus(a))),
        1e-6,
      ),
    ).toEqual([]);
  });

  it('is undone down to wᵀu = −60, to 1e-5 over its slope', () => {
    const dots = Array.from({ length: 121 }, (_, i) => i - 60);
    const flow = planarLeaky(1);
    const roundTrip = ({ z, ...params }: Tensors) => ({
      z: flow.inverse(params as never, flow.forward(params as never, z as Tensor2D).y).z,
    });
    for (const start of [-40, -1, 1e-3, 2, 300]) {
      const { z } = eager(roundTrip, {
        z: shaped(
          dots.map(() => start),
          [dots.length, 1],
        ),
        w: shaped([1], [1, 1, 1]),
        u: shaped(dots, [dots.length, 1, 1]),
        b: shaped([0], [1, 1]),
      });
      const slopes = dots.map((a) => (start > 0 ? softplus(a) : 0.99 + 0.01 * softplus(a)));
      expect(
        differences(
          'z',
          z!,
          dots.map(() => start),
          (i) => 1e-5 / Math.min(1, slopes[i]!),
        ),
      ).toEqual([]);
    }
  });

  it.each([
    ['w of length 1', 1],
    ['w of length 1e-3', 1e-3],
  ])('has an inverse whose gradient is finite on both branches, however small the slope is: %s', async (_, length) => {
    const dots = [-20, -45, -52, -60, -80, -100, -200];
    const points = dots.flatMap((dot) => [-400, -1, 1, 400].map((y) => ({ dot, y })));
    const inputs = {
      z: shaped(
        points.map(({ y }) => y),
        [points.length, 1],
      ),
      w: shaped([length], [1, 1, 1]),
      u: shaped(
        points.map(({ dot }) => dot / length),
        [points.length, 1, 1],
      ),
      b: shaped([0], [1, 1]),
    };
    const loss = withGradients(weightedLoss(invert(planarLeaky(1))));
    for (const results of [eager(loss, inputs), await compiled(loss, inputs)]) {
      for (const [name, values] of Object.entries(results)) {
        expect(Array.from(values).every(Number.isFinite), `${name}: ${values}`).toBe(true);
      }
    }
  });

  it('gradientsStayFinite, also where wᵀu ≪ −52', async () => {
    for (const dim of [1, 5]) expect(await gradientsStayFinite(planarLeaky(dim, 2))).toEqual([]);
  });
});

describe('sylvester-o', () => {
  const [rows, dim] = [50, 20];
  const noise = normal(key(72), rows * dim * 2);
  /** Matrices [rows, dim, 2] from each column's own noise. */
  const kinds: Readonly<Record<string, (own: number, other: number, column: number) => number>> = {
    'Gaussian columns': (own) => own,
    'columns of lengths 1 and 1e-3': (own, _, column) => (column === 0 ? own : 1e-3 * own),
    'columns at an angle of about 1e-3': (own, other, column) => (column === 0 ? own : other + 1e-3 * own),
    'huge columns': (own) => 1e6 * own,
  };

  it.each(Object.entries(kinds))('makes %s orthonormal to 1e-5', (_, entry) => {
    const q = noise.map((own, i) => entry(own, noise[i - (i % 2)]!, i % 2));
    const z = normal(key(73), rows * dim);
    /** With b = 30 tanh is 1, so a diagonal R₁ with 2 at one place and 0 elsewhere moves z by twice that column. */
    const columns = [0, 1].map((column) => {
      const softplusOf = (value: number) => Math.log(Math.exp(value) - 1);
      const { y } = eager(forwardOf(sylvesterOrthogonal(dim, 2)), {
        z: shaped(z, [rows, dim]),
        q: shaped(q, [rows, 1, dim, 2]),
        upper1: shaped([0], [1, 1, 1]),
        upper2: shaped([0], [1, 1, 1]),
        b: shaped([30, 30], [1, 1, 2]),
        diagonal2: shaped([0, 0], [1, 1, 2]),
        product: shaped((column === 0 ? [3, 1] : [1, 3]).map(softplusOf), [1, 1, 2]),
      });
      return y!.map((value, i) => (value - z[i]!) / 2);
    });
    const inner = (a: Float32Array, b: Float32Array) =>
      Array.from({ length: rows }, (__, row) =>
        a.subarray(row * dim, (row + 1) * dim).reduce((sum, value, i) => sum + value * b[row * dim + i]!, 0),
      );
    const [first, second] = columns as [Float32Array, Float32Array];
    const ofAll = (value: number) => new Array<number>(rows).fill(value);
    expect(differences('‖q₁‖²', inner(first, first), ofAll(1), 1e-5)).toEqual([]);
    expect(differences('‖q₂‖²', inner(second, second), ofAll(1), 1e-5)).toEqual([]);
    expect(differences('q₁ᵀq₂', inner(first, second), ofAll(0), 1e-5)).toEqual([]);
  });
});

it.each([-100, 100])(
  'sylvester-t moves no point far, however small or large r₂ is asked to be: diagonal2 = %d',
  (diagonal2) => {
    const flow = sylvesterTriangular(3);
    const { z, ...params } = drawInputs(flow, { scale: 1 });
    const { y, logDet } = eager(forwardOf(flow), {
      ...params,
      z: z!,
      diagonal2: shaped(params.diagonal2!.values.fill(diagonal2), params.diagonal2!.shape),
    });
    const farthest = y!.reduce((far, value, i) => Math.max(far, Math.abs(value - z!.values[i]!)), 0);
    expect(farthest).toBeLessThan(3 * 5 * Math.E ** 2); // three columns of R₁, with |r| below 5
    expect(farthest).toBeGreaterThan(0.1);
    expect(logDet!.every(Number.isFinite)).toBe(true);
  },
);

it.each([
  ['planarLeaky', () => planarLeaky(2, 1, { slope: 1 }), 'planarLeaky: slope: expected a number in [0, 1), got 1'],
  ['full', () => full(1), 'full: dim: expected 2 or more, got 1'],
  ['lu', () => lu(1), 'lu: dim: expected 2 or more, got 1'],
  [
    'sylvesterOrthogonal',
    () => sylvesterOrthogonal(4, 5),
    'sylvesterOrthogonal: width: expected a whole number from 2 to 4, got 5',
  ],
  [
    'sylvesterHouseholder',
    () => sylvesterHouseholder(4, 0),
    'sylvesterHouseholder: mirrors: expected a whole number from 1, got 0',
  ],
  ['sylvesterTriangular', () => sylvesterTriangular(1), 'sylvesterTriangular: dim'],
])('%s refuses what it cannot be', (_, make, message) => {
  expect(make).toThrow(message);
});

it.each([
  ['radial*3', radial(4, 3)],
  ['planar-leaky*2', planarLeaky(4, 2)],
  ['householder*4', householder(4, 4)],
  ['sylvester-o(3)*2', sylvesterOrthogonal(4, 3, 2)],
  ['sylvester-h(5)', sylvesterHouseholder(4, 5)],
  ['sylvester-t*4', sylvesterTriangular(4, 4)],
  ['full', full(4)],
  ['lu', lu(4)],
])('the formula %s names the flow that it makes', (formula, flow) => {
  expect(parseFlow(formula, 4)).toMatchObject({ name: formula, paramShapes: flow.paramShapes });
  expect(flow.name).toBe(formula);
});
