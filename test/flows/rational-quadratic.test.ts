// The rational-quadratic spline at single points, against the formulas in float64: flat knots, many bins, both
// solutions of the quadratic equation.
import { type Tensor2D, tf } from '@flowvae/tensor';
import { expect, it } from 'vitest';
import { rationalQuadraticMap } from '../../packages/flows/src/frames/rational-quadratic.ts';
import { differences } from '../laws/comparison.ts';

/** The map of one component at points of one raw row, in either direction. */
function mapped(direction: 'forward' | 'inverse', points: readonly number[], { bins, bound, raw }: Given) {
  return tf.tidy(() => {
    const x = tf.tensor2d([...points], [points.length, 1]);
    const rows = tf.tile<Tensor2D>(tf.tensor2d([...raw], [1, raw.length]), [points.length, 1]);
    const { value, logSlope } = rationalQuadraticMap(bins, bound)[direction](x, rows);
    return { value: value.dataSync<'float32'>(), logSlope: logSlope!.dataSync<'float32'>() };
  });
}

interface Given {
  readonly bins: number;
  readonly bound: number;
  readonly raw: readonly number[];
}

/** Equal bins of slope 1/1000 at every inner knot: softplus(−200) = 0. */
const flat: Given = { bins: 2, bound: 1, raw: [0, 0, 0, 0, -200] };

/** s and s' in a bin [0, 1] → [0, 1] with slopes δ₀ and δ₁ at its ends. */
function inUnitBin(xi: number, delta0: number, delta1: number): { value: number; slope: number } {
  const both = xi * (1 - xi);
  const q = 1 + (delta0 + delta1 - 2) * both;
  return {
    value: (xi ** 2 + delta0 * both) / q,
    slope: (delta1 * xi ** 2 + 2 * both + delta0 * (1 - xi) ** 2) / q ** 2,
  };
}

const positions = [1e-4, 1e-3, 0.01, 0.1, 0.5, 0.9, 0.999];
const inBin = positions.map((xi) => inUnitBin(xi, 1e-3, 1));

it('rationalQuadraticMap has the value and slope of its formula behind a flat knot', () => {
  const { value, logSlope } = mapped('forward', positions, flat);
  const values = inBin.map((point) => point.value);
  expect(differences('s', value, values, (i) => 1e-6 * values[i]! + 1e-9)).toEqual([]);
  const logs = inBin.map(({ slope }) => Math.log(slope));
  expect(differences('log s', logSlope, logs, 1e-6)).toEqual([]);
});

it('rationalQuadraticMap finds the position of a value behind a flat knot, where the discriminant is small', () => {
  const values = inBin.map(({ value }) => value);
  const { value, logSlope } = mapped('inverse', values, flat);
  expect(differences('ξ', value, positions, (i) => 1e-5 * positions[i]!)).toEqual([]);
  const logs = inBin.map(({ slope }) => -Math.log(slope));
  expect(differences('−log s', logSlope, logs, 1e-5)).toEqual([]);
});

it.each([500, 501, 1000])(
  'rationalQuadraticMap shares the box among %i bins, the least half of an equal share',
  (bins) => {
    // all weight on the first bin: the others have the least width, the heights are equal
    const raw = [200, ...new Array<number>(3 * bins - 2).fill(0)].map((value, i) => (i > 0 && i < bins ? -200 : value));
    const least = Math.min(1e-3, 0.5 / bins);
    const knots = [1, 2, bins - 1].map((k) => -1 + 2 * (1 - least * (bins - k)));
    const { value } = mapped('forward', knots, { bins, bound: 1, raw });
    const expected = [1, 2, bins - 1].map((k) => -1 + (2 * k) / bins);
    expect(differences('s', value, expected, 2e-4 / bins + 2e-6)).toEqual([]);
  },
);
