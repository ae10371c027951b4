// Logit-normal draws that no image can show: their density is still that of the distribution.
import { logitNormal } from '@flowvae/distributions';
import { drawNormal, key } from '@flowvae/random';
import { tf } from '@flowvae/tensor';
import { expect, it } from 'vitest';

it.each([
  [0, 2],
  [3, 2],
  [-1, 5],
])('the mean of −log p over draws is the entropy by quadrature, logit N(%d, e^%d)', (mean, logStd) => {
  const [draws, step] = [40_000, 0.001];
  const alpha = Math.exp(logStd);
  // entropy of the logit, plus E log(y·(1 − y)) = E(−|s| − 2 log(1 + e^−|s|))
  let [entropy, square] = [0, 0];
  for (let t = -9; t < 9; t += step) {
    const weight = (step * Math.exp(-0.5 * t * t)) / Math.sqrt(2 * Math.PI);
    const s = Math.abs(mean + alpha * t);
    const surprise = 0.5 * t * t + logStd + 0.5 * Math.log(2 * Math.PI) - s - 2 * Math.log1p(Math.exp(-s));
    entropy += weight * surprise;
    square += weight * surprise ** 2;
  }
  const [surprises, again] = tf.tidy(() => {
    const p = logitNormal({ mean: tf.tensor2d([[mean]]), logStd: tf.tensor2d([[logStd]]) });
    const { z, logProb } = p.sampleAndLogProb(tf.tensor2d(drawNormal(key(1), draws), [draws, 1]));
    return [logProb, p.logProb(z)].map((x) => -tf.mean(x).dataSync()[0]!);
  });
  const standardError = Math.sqrt((square - entropy ** 2) / draws);
  expect(Math.abs(surprises! - entropy)).toBeLessThan(4 * standardError);
  expect(Math.abs(again! - entropy)).toBeGreaterThan(6 * standardError); // a mutant: the density at the shown value
});
