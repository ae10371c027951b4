// Gamma draws against the same algorithm written plainly in float64: which proposal is accepted, and its value.
import { drawNormal, fold, key } from '@flowvae/random';
import { type Tensor2D, tf } from '@flowvae/tensor';
import { expect, it } from 'vitest';
import { gammaDraw, NORMALS_OF_GAMMA } from '../../packages/distributions/src/observations/counts/gamma-draw.ts';
import { differences } from '../laws/comparison.ts';

/** Φ by its series (Abramowitz & Stegun 1964, 26.2.10). */
function normalCdf(w: number): number {
  let [term, sum] = [w, w];
  for (let n = 1; n < 150; n++) {
    term *= (w * w) / (2 * n + 1);
    sum += term;
  }
  return 0.5 + (sum * Math.exp((-w * w) / 2)) / Math.sqrt(2 * Math.PI);
}

/**
 * Marsaglia & Tsang for shape + 1, times U^(1/shape), over the mean; which proposal it took, −1 for none; and how near
 * the decisions were, as a share of float32's error in them.
 */
function plainly(normals: readonly number[], shape: number) {
  const d = shape + 2 / 3;
  const [a, b, ...pairs] = normals as [number, number, ...number[]];
  const power = Math.exp((-0.5 * (a ** 2 + b ** 2)) / shape);
  let margin = Number.POSITIVE_INFINITY;
  for (let i = 0; i < pairs.length; i += 2) {
    const [n, w] = [pairs[i]!, pairs[i + 1]!];
    const root = 1 + n / Math.sqrt(9 * d);
    if (root <= 0) continue;
    const v = root ** 3;
    const reserve = 0.5 * n ** 2 + d * (1 - v + Math.log(v)) - Math.log(normalCdf(w));
    margin = Math.min(margin, Math.abs(reserve) / (1e-6 * (1 + d)));
    if (reserve > 0) return { draw: (d * v * power) / shape, taken: i / 2, margin };
  }
  return { draw: (d * power) / shape, taken: -1, margin };
}

const drawn = (rows: readonly (readonly number[])[], shape: number): readonly number[] =>
  tf.tidy(() => {
    const columns = tf.split(tf.tensor2d(rows.map((row) => [...row])), NORMALS_OF_GAMMA, 1) as Tensor2D[];
    return Array.from(gammaDraw(columns, tf.tensor2d([[shape]])).dataSync());
  });

it.each([0.05, 0.4, 1, 7, 1e4])('gammaDraw takes the first accepted proposal, at shape %d', (shape) => {
  const COUNT = 400;
  const noise = drawNormal(fold(key(1), String(shape)), COUNT * NORMALS_OF_GAMMA);
  // wider proposals than the normal ones: many are refused
  const rows = Array.from({ length: COUNT }, (_, row) =>
    Array.from(noise.subarray(row * NORMALS_OF_GAMMA, (row + 1) * NORMALS_OF_GAMMA), (value, i) =>
      i < 2 ? value : 2.5 * value,
    ),
  );
  const exact = rows.map((row) => plainly(row, shape));
  expect(new Set(exact.map(({ taken }) => taken)).size).toBeGreaterThan(2);
  const found = drawn(rows, shape);
  const clear = exact.flatMap(({ draw, margin }, i) => (margin > 1 && draw > 1e-30 ? [found[i]! / draw] : []));
  expect(clear.length).toBeGreaterThan(0.7 * COUNT);
  expect(differences('draw', clear, new Array(clear.length).fill(1), 1e-4)).toEqual([]);
});

it('gammaDraw takes the mode if it accepts no proposal, and small roots of rare ones', () => {
  const refused = [0, 0, ...Array.from({ length: 5 }, () => [-9, 0]).flat()];
  expect(drawn([refused], 1)[0]).toBeCloseTo(1 + 2 / 3, 5);
  // root 0.05 at shape 1, of probability e^−5.4: the uniform number decides
  const n = -0.95 * Math.sqrt(9 * (5 / 3));
  const at = (w: number) => [0, 0, n, w, ...refused.slice(4)];
  expect(drawn([at(-5)], 1)[0]! / ((5 / 3) * 0.05 ** 3)).toBeCloseTo(1, 3);
  expect(drawn([at(0)], 1)[0]).toBeCloseTo(5 / 3, 5);
});
