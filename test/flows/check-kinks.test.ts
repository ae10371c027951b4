// Gradients beside a kink of the map: shorter steps, which do not reach it, confirm the right and find the wrong.
import type { Flow } from '@flowvae/flows';
import { type Key, key } from '@flowvae/random';
import { type Tensor, type Tensor2D, tf } from '@flowvae/tensor';
import { expect, it } from 'vitest';
import { drawPoints } from '../../packages/flows/src/check/drawn-inputs.ts';
import { gradients, inverseGradients } from '../../packages/flows/src/check/gradients/gradient-check.ts';
import { drawProbes } from '../../packages/flows/src/check/probe.ts';
import { identity } from './changed-identity.ts';

const seed = key(2);
const [point] = drawPoints(1, 1, seed).values as unknown as [number];

const withGradientTimes = (x: Tensor, factor: number) =>
  tf.customGrad((given) => ({
    value: tf.clone(given as Tensor),
    gradFunc: (dx: Tensor) => tf.mul(dx, factor),
  }))(x);

/** y = z + max(0, z − k), k at a distance above the first draw's only point; the gradient may be multiplied. */
function checkedDraws(seeds: readonly Key[], distance: number, factor = 1) {
  const flow: Flow = {
    name: 'kinked',
    dim: 1,
    paramShapes: {},
    initialParams: () => ({}),
    forward: (_, z) => {
      const y = tf.add(z, tf.relu(tf.sub(z, point + distance)));
      return { y: withGradientTimes(y, factor) as Tensor2D, logDet: tf.zeros([z.shape[0]]) };
    },
  };
  const draws = seeds.map((each) => ({ key: each, draw: { scale: 1, rows: 1 } }));
  return gradients(drawProbes(flow, 1, draws));
}

const checked = (distance: number, factor = 1) => checkedDraws([seed], distance, factor)[0]!;

it.each([0.02, 0.003, 0.0004])('a kink at a distance of %d leaves a right gradient right', (distance) => {
  expect(checked(distance)).toMatchObject({ judged: 4, planned: 4, findings: [] });
});

it.each([0.02, 0.003])('a kink at a distance of %d does not hide an error of 10 %%', (distance) => {
  const { judged, findings } = checked(distance, 1.1);
  expect([judged, findings.length]).toEqual([4, 4]);
});

it('an error of 3 % is found at the longest step that does not reach the kink', () => {
  expect(checked(0.003, 1.03).findings.length).toBe(4);
});

it('an error of 1.27 % is found at the longest step, where rounding is least', () => {
  expect(checked(0.02, 1.0127).findings.length).toBe(4);
});

it('an error of 2 % is found in each of several draws, which round by themselves', () => {
  const tallies = checkedDraws([seed, key(3), key(4)], 100, 1.02);
  expect(tallies.map(({ judged, findings }) => [judged, findings.length])).toEqual(new Array(3).fill([4, 4]));
});

it('an error larger than the rounding of far results is found at the only step that is tried', () => {
  const far = identity(1, ({ y }) => ({ y: tf.add(withGradientTimes(y, 100), 1e5) as Tensor2D }));
  const [found] = gradients(drawProbes(far, 1, [{ key: seed, draw: { scale: 1, rows: 1 } }]));
  expect(found!.kinds.z).toEqual({ judged: 4, planned: 4 });
  expect(found!.findings.filter((finding) => finding.includes('towards z')).length).toBe(4);
});

it('inverseGradients asks nothing of a flow without an inverse', () => {
  const { inverse: _, ...oneWay } = identity(1);
  const probes = drawProbes(oneWay, 1, [{ key: seed, draw: { scale: 1, rows: 1 } }]);
  expect(inverseGradients(probes)).toMatchObject([{ judged: 0, planned: 0 }]);
});
