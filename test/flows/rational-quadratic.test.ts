// The rational-quadratic spline at single points, against the formulas in float64: flat knots, many bins, both
// solutions of the quadratic equation.
import { drawNormal, drawUniform, key } from '@flowvae/random';
import { type Tensor, type Tensor2D, tf } from '@flowvae/tensor';
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

it('rationalQuadraticMap has a finite inverse and gradient at the top of steep bins that end flat', () => {
  // at d ≈ 1 the discriminant is δ₁² = 10⁻⁶, a difference of terms of size 4σ²: rounding makes it 0 or less
  const rows = 4000;
  const draws = drawUniform(key(1), 2 * rows);
  const raw = Array.from({ length: rows }, (_, i) => [-12 * draws[2 * i]!, 0, 12 * draws[2 * i + 1]!, 0, -200]);
  const { value, gradient } = tf.tidy(() => {
    const map = rationalQuadraticMap(2, 5);
    const given = tf.tensor2d(raw);
    const shares = tf.softmax(tf.slice(given, [0, 2], [rows, 2]));
    const top = tf.sub(tf.mul(tf.add(tf.mul(tf.slice(shares, [0, 0], [rows, 1]), 0.998), 0.001), 10), 5) as Tensor2D;
    const below = tf.sub(top, tf.mul(tf.abs(top), 1e-7)) as Tensor2D;
    const sum = (y: Tensor) => tf.sum(map.inverse(y as Tensor2D, given).value);
    return {
      value: map.inverse(below, given).value.dataSync<'float32'>(),
      gradient: tf.grad(sum)(below).dataSync<'float32'>(),
    };
  });
  expect(value.every((x) => x >= -5 && x <= 5)).toBe(true);
  expect(gradient.every(Number.isFinite)).toBe(true);
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

/** s' of a whole spline at one point, in float64 from the raw row. */
function slopeInFloat64(x: number, raw: readonly number[], bins: number, bound: number): number {
  const shares = (values: readonly number[]) => {
    const powers = values.map((value) => Math.exp(value - Math.max(...values)));
    const sum = powers.reduce((a, b) => a + b);
    return powers.map((power) => 2 * bound * (1e-3 + ((1 - 1e-3 * bins) * power) / sum));
  };
  const softplus = (value: number) => Math.max(value, 0) + Math.log1p(Math.exp(-Math.abs(value)));
  const [widths, heights] = [shares(raw.slice(0, bins)), shares(raw.slice(bins, 2 * bins))];
  const inner = raw.slice(2 * bins).map((value) => 1e-3 + softplus(value + Math.log(Math.expm1(1 - 1e-3))));
  const slopes = [1, ...inner, 1];
  let [bin, left] = [0, -bound];
  while (bin < bins - 1 && x >= left + widths[bin]!) left += widths[bin++]!;
  const [xi, sigma] = [(x - left) / widths[bin]!, heights[bin]! / widths[bin]!];
  const [d0, d1] = [slopes[bin]! / sigma, slopes[bin + 1]! / sigma];
  return sigma * inUnitBin(xi, d0, d1).slope;
}

it('rationalQuadraticMap has a gradient as exact as its log-slope, where bins are low and slopes e^−15', () => {
  const [bins, bound, rows] = [5, 5, 20_000];
  const outputs = 3 * bins - 1;
  const raw = drawNormal(key(1), rows * outputs).map((value) => 6 * value);
  const x = drawNormal(key(2), rows).map((value) => (Math.abs(value) < bound / 2 ? 2 * value : 0));
  const gradient = tf.tidy(() => {
    const given = tf.tensor2d(raw, [rows, outputs]);
    const value = (points: Tensor) =>
      tf.sum(rationalQuadraticMap(bins, bound).forward(points as Tensor2D, given).value);
    return tf
      .grad(value)(tf.tensor2d(x, [rows, 1]))
      .dataSync<'float32'>();
  });
  const exact = Array.from(x, (at, i) =>
    Math.log(slopeInFloat64(at, [...raw.subarray(i * outputs, (i + 1) * outputs)], bins, bound)),
  );
  expect(Math.min(...exact)).toBeLessThan(-14);
  expect(
    differences('log ds/dx', gradient.map(Math.log), exact, (i) => 1e-3 / Math.max(1, Math.abs(exact[i]!))),
  ).toEqual([]);
});

it('rationalQuadraticMap has gradients towards its raw numbers as differences show', () => {
  const raw = [0.3, -0.2, 0.5, 0.1, 0.4, -0.6, 0.2, -0.3];
  const [bins, bound] = [3, 2];
  const map = rationalQuadraticMap(bins, bound);
  // s(x) = ∫ s' from −T, where it is fixed: by the midpoint rule
  const valueAt = (row: readonly number[]) => {
    const panels = 40_000;
    const width = (0.3 + bound) / panels;
    let sum = 0;
    for (let i = 0; i < panels; i++) sum += width * slopeInFloat64(-bound + (i + 0.5) * width, row, bins, bound);
    return sum - bound;
  };
  const towardsRaw = tf.tidy(() =>
    tf
      .grad((row: Tensor) => tf.sum(map.forward(tf.tensor2d([0.3], [1, 1]), row as Tensor2D).value))(
        tf.tensor2d(raw, [1, 8]),
      )
      .dataSync<'float32'>(),
  );
  const expected = raw.map((_, j) => {
    const moved = (by: number) => raw.map((value, i) => (i === j ? value + by : value));
    return (valueAt(moved(1e-3)) - valueAt(moved(-1e-3))) / 2e-3;
  });
  expect(differences('ds/draw', towardsRaw, expected, 1e-4)).toEqual([]);
});
