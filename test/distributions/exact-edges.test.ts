// Observations at their edges, by hand: ends of draws, bounds of scales, gradients of shared and chosen parameters.
import { bernoulli, continuousBernoulli, gaussian, logitNormal, normalMixture } from '@flowvae/distributions';
import { type Tensor, type Tensor2D, tf } from '@flowvae/tensor';
import { expect, it } from 'vitest';
import { differences } from '../laws/comparison.ts';

const numbersOf = (make: () => Tensor): number[] => tf.tidy(() => Array.from(make().dataSync()));

it('logitNormal says between which ends it shows draws; an observation that cuts none does not', () => {
  const [zero, logits] = [tf.zeros([1, 1]), tf.zeros([1, 1])] as [Tensor2D, Tensor2D];
  expect(logitNormal({ mean: zero, logStd: zero }).drawEnds).toEqual([0, 1]);
  expect('drawEnds' in bernoulli({ logits })).toBe(false);
  tf.dispose([zero, logits]);
});

it('logitNormal takes deviations beyond e^±5 for e^±5', () => {
  const logProbAt = (logStd: number) =>
    numbersOf(() =>
      logitNormal({ mean: tf.tensor2d([[0.3]]), logStd: tf.tensor2d([[logStd]]) }).logProb(tf.tensor2d([[0.9]])),
    );
  expect(logProbAt(5.5)).toEqual(logProbAt(5));
  expect(logProbAt(-5.5)).toEqual(logProbAt(-5));
  expect(logProbAt(4.9)[0]! - logProbAt(5)[0]!).toBeCloseTo(0.1, 3);
});

it.each([-20, -0.05, 0.05, 20])('continuousBernoulli draws the quantile of its formula at l = %d', (l) => {
  const uniforms = [0, 0.3, 0.9, 1]; // 1 as rounding may have it
  const z = numbersOf(
    () =>
      continuousBernoulli({ logits: tf.fill([4, 1], l) as Tensor2D }).sampleAndLogProb(tf.tensor2d(uniforms, [4, 1])).z,
  );
  const expected = uniforms.map((u) => Math.min(1, Math.log1p(u * Math.expm1(l)) / l));
  expect(differences('z', z, expected, 1e-6)).toEqual([]);
});

it.each([1, 2])('continuousBernoulli has the gradient l in x, with %i rows of logits', (rows) => {
  const logits = [0.5, -1, 2, 3, 0, -2].slice(0, 3 * rows);
  const gradient = numbersOf(() => {
    const p = continuousBernoulli({ logits: tf.tensor2d(logits, [rows, 3]) });
    return tf.grad((x: Tensor) => tf.sum(p.logProb(x as Tensor2D)))(tf.fill([2, 3], 0.4));
  });
  expect(gradient).toEqual(rows === 1 ? [...logits, ...logits] : logits);
});

it('normalMixture draws have the gradient σ in the noise of the chosen component, and none in the choosing noise', () => {
  const gradient = numbersOf(() => {
    const mixture = normalMixture({
      logits: tf.zeros([1, 2]),
      mean: tf.tensor2d([[1], [2]]),
      logStd: tf.log(tf.tensor2d([[3], [4]])),
    });
    const draw = (noise: Tensor) => tf.sum(mixture.sampleAndLogProb(noise as Tensor2D).z);
    return tf.grad(draw)(tf.tensor2d([[0.5, 3, 0.1]])); // exp(−9.01/2) < ½: the first
  });
  expect(differences('gradient', gradient, [3, 0, 0], 1e-6)).toEqual([]);
});

it('gaussian draws μ + σ·ε', () => {
  const z = numbersOf(() => {
    const p = gaussian({ mean: tf.tensor2d([[1, 2]]), logStd: tf.tensor2d([[Math.log(3)]]) });
    return p.sampleAndLogProb(tf.tensor2d([[0.5, -1]])).z;
  });
  expect(differences('z', z, [2.5, -1], 1e-6)).toEqual([]);
});

it.each([0.5, 8])('logitNormal has a mean of ½ where its logit has one of 0, α = %d', (alpha) => {
  const mean = numbersOf(() =>
    logitNormal({ mean: tf.zeros([1, 1]), logStd: tf.tensor2d([[Math.log(alpha)]]) }).mean(),
  );
  expect(Math.abs(mean[0]! - 0.5)).toBeLessThan(1e-7);
});

it.each([
  ['bernoulli', () => bernoulli({ logits: tf.zeros([1, 2]) })],
  ['continuousBernoulli', () => continuousBernoulli({ logits: tf.zeros([1, 2]) })],
  ['logitNormal', () => logitNormal({ mean: tf.zeros([1, 2]), logStd: tf.zeros([1, 2]) })],
] as const)('%s refuses x and noise of another width', (name, make) => {
  tf.tidy(() => {
    const wide = tf.zeros([1, 3]) as Tensor2D;
    expect(() => make().logProb(wide)).toThrow(`${name}.logProb: x: expected [batch, 2], got [1, 3]`);
    expect(() => make().sampleAndLogProb(wide)).toThrow(
      `${name}.sampleAndLogProb: noise: expected [batch, 2], got [1, 3]`,
    );
  });
});
