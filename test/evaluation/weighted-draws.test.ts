// Weighted draws of a model whose true posterior is known: z ~ N(0, 1), x|z ~ N(z, 1/4), so p(z|x) = N(4x/5, 1/5).
import { dataPoints, diagonalNormal, gaussian, key, standardNormal, type Tensor2D, tf, weightedDraws } from 'flowvae';
import { describe, expect, it } from 'vitest';

const x = Float32Array.of(1, -0.5, 2);
const options = {
  variables: {},
  modelAt: (rows: Tensor2D) => ({
    prior: standardNormal(1),
    posterior: diagonalNormal({ mean: tf.mul(rows, 0.6) as Tensor2D, logStd: tf.tensor2d([[Math.log(0.7)]]) }),
    likelihood: (z: Tensor2D) => {
      const each = z.shape[0] === rows.shape[0] ? rows : (tf.tile(rows, [z.shape[0], 1]) as Tensor2D);
      return gaussian({ mean: z, logStd: tf.tensor2d([[Math.log(0.5)]]) }).logProb(each);
    },
  }),
  noise: standardNormal(1).noise,
  data: dataPoints(x, 1),
  samples: 20_000,
  key: key(3),
};

describe('weightedDraws', () => {
  it('have the mean and the variance of the true posterior when weighted', async () => {
    const all = await weightedDraws(options);
    for (const [i, { z, logWeight }] of all.entries()) {
      const weights = logWeight.map((value) => Math.exp(value));
      const sum = weights.reduce((a, b) => a + b, 0);
      const moment = (of: (value: number) => number) =>
        z.reduce((total, value, s) => total + weights[s]! * of(value), 0) / sum;
      const mean = moment((value) => value);
      expect(mean).toBeCloseTo(0.8 * x[i]!, 1.5);
      expect(moment((value) => (value - mean) ** 2)).toBeCloseTo(0.2, 1.5);
      // log (1/S) Σ w estimates log N(x; 0, 5/4)
      const exact = -0.5 * (x[i]! ** 2 / 1.25 + Math.log(2 * Math.PI * 1.25));
      expect(Math.log(sum / weights.length)).toBeCloseTo(exact, 1.5);
    }
  });

  it('depend on the key and their data point alone, on either engine', async () => {
    const alone = await weightedDraws({ ...options, data: dataPoints(x.subarray(0, 1), 1), samples: 300 });
    const [first] = await weightedDraws({ ...options, samples: 300 });
    expect(alone).toEqual([first]);
    const [eager] = await weightedDraws({ ...options, samples: 300, engine: 'eager' });
    for (const [s, value] of eager!.logWeight.entries()) expect(value).toBeCloseTo(first!.logWeight[s]!, 4);
  });
});
