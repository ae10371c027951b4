// Intervals of estimates: how often they hold the truth, over 200 repetitions, where weights have a variance.
import {
  estimateFromDraws,
  type GuideDraws,
  guideDraws,
  key,
  makeGuide,
  plainTarget,
  type Tensor1D,
  tf,
} from 'flowvae';
import { beforeAll, describe, expect, it } from 'vitest';

const [REPETITIONS, SAMPLES, DIM] = [200, 1000, 2];
/** p̃ = N(0, s²) in each dimension, with log Z = 1.5; the guide is N(shift, 1). */
const [s, shift, LOG_Z] = [0.8, 0.3, 1.5];

const target = plainTarget((z): Tensor1D => {
  const constant = LOG_Z - DIM * (Math.log(s) + 0.5 * Math.log(2 * Math.PI));
  return tf.add(tf.mul(tf.sum<Tensor1D>(tf.square(tf.div(z, s)), 1), -0.5), constant);
}, DIM);
/** log Z − KL(q ‖ p), KL = Σ ½((1 + shift²)/s² − 1) + log s. */
const ELBO = LOG_Z - DIM * (0.5 * ((1 + shift ** 2) / s ** 2 - 1) + Math.log(s));

describe('intervals of 95 % over 200 repetitions', () => {
  let estimates: readonly ReturnType<typeof estimateFromDraws>[];
  beforeAll(async () => {
    const guide = makeGuide('mean-field', { dim: DIM, key: key(0) });
    guide.variables.shift!.assign(tf.fill([1, DIM], shift));
    const draws = await guideDraws(target, guide, { samples: REPETITIONS * SAMPLES, key: key(11) });
    estimates = Array.from({ length: REPETITIONS }, (_, i) => estimateFromDraws(partOf(draws, i)));
  });

  const covered = (isIn: (estimate: (typeof estimates)[number]) => boolean) =>
    estimates.filter(isIn).length / REPETITIONS;
  const near = (value: number, error: number, truth: number) => Math.abs(value - truth) < 1.96 * error;

  it.each([
    ['log Z', (e: (typeof estimates)[number]) => near(e.logZ, e.logZError, LOG_Z)],
    ['the ELBO', (e: (typeof estimates)[number]) => near(e.elbo, e.elboError, ELBO)],
    ['a mean', (e: (typeof estimates)[number]) => near(e.moments['z[0]']!.mean, e.moments['z[0]']!.meanError, 0)],
    ['a deviation', (e: (typeof estimates)[number]) => near(e.moments['z[1]']!.std, e.moments['z[1]']!.stdError, s)],
    [
      'the guide’s mean',
      (e: (typeof estimates)[number]) => near(e.guideMoments['z[0]']!.mean, e.guideMoments['z[0]']!.meanError, shift),
    ],
  ])('hold %s in 90 to 98 % of them', (_, isIn) => {
    const share = covered(isIn);
    expect(share).toBeGreaterThanOrEqual(0.9);
    expect(share).toBeLessThanOrEqual(0.98);
  });
});

function partOf({ columns, values, z, logProb, logWeight }: GuideDraws, i: number): GuideDraws {
  const part = (of: Float32Array, width: number) => of.slice(i * SAMPLES * width, (i + 1) * SAMPLES * width);
  return {
    columns,
    values: part(values, DIM),
    z: part(z, DIM),
    logProb: part(logProb, 1),
    logWeight: part(logWeight, 1),
  };
}
