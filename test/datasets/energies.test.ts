// The four energies of Rezende & Mohamed's table 1 against the table, written out in float64.
import { energies } from '@flowvae/datasets';
import { drawNormal, key } from '@flowvae/random';
import { type Tensor2D, tf } from '@flowvae/tensor';
import { describe, expect, it } from 'vitest';
import { differences, float64Gradient, gradientDifferences } from '../laws/comparison.ts';
import { compiled, eager, shaped, withGradients } from '../laws/evaluation.ts';

const { exp, log, sin, hypot, PI } = Math;

/** Table 1 as printed; log(a + b) by the larger exponent, so that it holds far away as well. */
const table: Readonly<Record<keyof typeof energies, (z1: number, z2: number) => number>> = {
  U1: (z1, z2) =>
    0.5 * ((hypot(z1, z2) - 2) / 0.4) ** 2 - logSum(-0.5 * ((z1 - 2) / 0.6) ** 2, -0.5 * ((z1 + 2) / 0.6) ** 2),
  U2: (z1, z2) => 0.5 * ((z2 - w1(z1)) / 0.4) ** 2,
  U3: (z1, z2) => -logSum(-0.5 * ((z2 - w1(z1)) / 0.35) ** 2, -0.5 * ((z2 - w1(z1) + w2(z1)) / 0.35) ** 2),
  U4: (z1, z2) => -logSum(-0.5 * ((z2 - w1(z1)) / 0.4) ** 2, -0.5 * ((z2 - w1(z1) + w3(z1)) / 0.35) ** 2),
};
const w1 = (z1: number) => sin((2 * PI * z1) / 4);
const w2 = (z1: number) => 3 * exp(-0.5 * ((z1 - 1) / 0.6) ** 2);
const w3 = (z1: number) => 3 / (1 + exp(-(z1 - 1) / 0.3));
const logSum = (a: number, b: number) => Math.max(a, b) + log(1 + exp(-Math.abs(a - b)));

/** Points of a grid, with the ties of U1's two modes at z₁ = 0, points at random, and some far away. */
const points = [
  ...Array.from({ length: 81 }, (_, i) => [(i % 9) - 4, Math.floor(i / 9) - 4]).flat(),
  ...drawNormal(key(1), 60).map((value) => 2 * value),
  ...[50, -50, -300, 200],
];
const z = shaped(points, [points.length / 2, 2]);
const rows = Array.from({ length: points.length / 2 }, (_, i) => [z.values[2 * i]!, z.values[2 * i + 1]!] as const);

describe.each(Object.entries(energies))('%s', (name, { energy }) => {
  const reference = table[name as keyof typeof energies];

  it.each(['eager', 'compiled'] as const)('is the table’s, %s, far away as well', async (engine) => {
    const run = engine === 'eager' ? eager : compiled;
    const { found } = await run(({ z: at }) => ({ found: energy(at as Tensor2D) }), { z });
    expect(
      differences(
        'U',
        found!,
        rows.map(([z1, z2]) => reference(z1, z2)),
        1e-5,
      ),
    ).toEqual([]);
  });

  it('has the table’s gradient, also where the two modes tie', () => {
    const near = shaped(points.slice(0, -4), [points.length / 2 - 2, 2]);
    const away = shaped(
      near.values.map((value, i) => (i % 2 ? value + 0.05 : value)), // the norm has no gradient at 0
      near.shape,
    );
    const gradients = eager(
      withGradients(({ z: at }) => tf.sum(energy(at as Tensor2D))),
      { z: away },
    );
    const expected = float64Gradient(
      ({ z: at }) => rows.slice(0, -2).reduce((sum, _, i) => sum + reference(at![2 * i]!, at![2 * i + 1]!), 0),
      { z: away.values },
    );
    expect(gradientDifferences('gradient', gradients['gradient:z']!, expected.z!, 1e-5)).toEqual([]);
  });
});

it('log Z of U1 is that of quadrature, by the table and in float32', () => {
  const step = 0.05;
  const axis = Array.from({ length: 240 }, (_, i) => -6 + step * (i + 0.5));
  const exact = axis.reduce((sum, x) => sum + axis.reduce((line, y) => line + exp(-table.U1(x, y)), 0), 0);
  expect(log(exact * step * step)).toBeCloseTo(energies.U1.logZ!, 6);
  expect(energies.U1.logZ).toBeCloseTo(1.8775, 4);
  const grid = shaped(
    axis.flatMap((x) => axis.flatMap((y) => [x, y])),
    [axis.length ** 2, 2],
  );
  const { density } = eager(({ z: at }) => ({ density: tf.exp(tf.neg(energies.U1.energy(at as Tensor2D))) }), {
    z: grid,
  });
  const mass = density!.reduce((sum, value) => sum + value, 0) * step * step;
  expect(log(mass)).toBeCloseTo(energies.U1.logZ!, 3);
});

it('the others have no log Z: their mass grows with the box', () => {
  expect(
    Object.entries(energies)
      .filter(([, { logZ }]) => logZ !== undefined)
      .map(([name]) => name),
  ).toEqual(['U1']);
  const massWithin = (side: number) => {
    const step = 0.05;
    const axis = Array.from({ length: Math.round((2 * side) / step) }, (_, i) => -side + step * (i + 0.5));
    return axis.reduce((sum, x) => sum + axis.reduce((line, y) => line + exp(-table.U2(x, y)), 0), 0) * step * step;
  };
  expect(log(massWithin(4))).toBeCloseTo(2.082, 2);
  expect(log(massWithin(6))).toBeCloseTo(2.488, 2);
});
