// A class and a latent: densities against sums by hand in float64, and shares and moments of draws.
import { classConditional, diagonalNormal, drawNormal, key, type Tensor2D, tf } from 'flowvae';
import { expect, it } from 'vitest';

const logits = [
  [0.5, -1, 0.2],
  [2, 0, -3],
];
const means = [-4, 0, 3];
const given = (y: Tensor2D) =>
  diagonalNormal({
    mean: tf.matMul(y, tf.tensor2d(means, [3, 1])),
    logStd: tf.zeros([y.shape[0], 1]),
  });
const made = () => classConditional({ logits: tf.tensor2d(logits), given, width: 1 });
const logShares = logits.map((row) => {
  const sum = Math.log(row.reduce((total, each) => total + Math.exp(each), 0));
  return row.map((each) => each - sum);
});
const logNormal = (z: number, mean: number) => -0.5 * (z - mean) ** 2 - 0.5 * Math.log(2 * Math.PI);

it('classConditional scores [y, z] by log p(y) + log p(z|y)', () => {
  const points = [
    [0, 1, 0, 0.3],
    [1, 0, 0, -5],
  ];
  const found = [...made().logProb(tf.tensor2d(points)).dataSync()];
  expect(found[0]).toBeCloseTo(logShares[0]![1]! + logNormal(0.3, 0), 5);
  expect(found[1]).toBeCloseTo(logShares[1]![0]! + logNormal(-5, -4), 5);
});

it('classConditional draws classes by their shares, z of the class drawn, and scores its draws', () => {
  const draws = 4000;
  const noise = tf.tensor2d(drawNormal(key(2), 2 * draws * 2), [2 * draws, 2]);
  const distribution = made();
  const { z, logProb } = distribution.sampleAndLogProb(noise);
  const rows = z.arraySync();
  for (const [row, shares] of logShares.entries()) {
    const own = rows.slice(row * draws, (row + 1) * draws);
    for (const [k, logShare] of shares.entries()) {
      const chosen = own.filter((each) => each[k] === 1);
      const share = Math.exp(logShare);
      expect(Math.abs(chosen.length / draws - share)).toBeLessThan(4 * Math.sqrt((share * (1 - share)) / draws));
      const mean = chosen.reduce((sum, each) => sum + each[3]!, 0) / chosen.length;
      expect(Math.abs(mean - means[k]!)).toBeLessThan(4 / Math.sqrt(chosen.length));
    }
  }
  const scored = distribution.logProb(z).dataSync();
  for (const [i, value] of logProb.dataSync().entries()) expect(value).toBeCloseTo(scored[i]!, 4);
});

it('classConditional detached has the same values and no gradient of its logits', () => {
  const at = tf.tensor2d([[0, 0, 1, 2]]);
  const score = (l: Tensor2D, isDetached: boolean) => {
    const own = classConditional({ logits: l, given, width: 1 });
    return tf.sum((isDetached ? own.detached() : own).logProb(at)) as never;
  };
  const row = tf.tensor2d([logits[0]!]);
  const gradient = (isDetached: boolean) => [
    ...tf
      .grad((l) => score(l as Tensor2D, isDetached))(row)
      .dataSync(),
  ];
  expect(gradient(false).every((each) => each !== 0)).toBe(true);
  expect(gradient(true)).toEqual([0, 0, 0]);
});
