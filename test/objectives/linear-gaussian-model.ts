// The linear-Gaussian model of linear-gaussian.json as a LatentModel, with posteriors of every quality: everything about it is known.
import { type Draw, diagonalNormal, type Samplable, type Scorable, standardNormal } from '@flowvae/distributions';
import type { LatentModel } from '@flowvae/objectives';
import { type Tensor1D, type Tensor2D, tf } from '@flowvae/tensor';
import { readCommitted } from '../reference/committed-json.ts';
import type { LinearGaussianReference } from '../reference/linear-gaussian.ts';

export const { cases: linearGaussians } = readCommitted<LinearGaussianReference>('linear-gaussian');

/** One of them. */
export type LinearGaussianCase = (typeof linearGaussians)[number];

/** Normal with full covariance L·Lᵀ: z = μ + L·ε. Drawn from only; what an ELBO needs. */
function correlatedNormal(mean: Tensor2D, cholesky: Tensor2D): Samplable {
  const dim = mean.shape[1];
  const diagonal = Array.from({ length: dim }, (_, i) => cholesky.dataSync()[i * dim + i]!);
  const logDetOfCholesky = diagonal.reduce((sum, value) => sum + Math.log(value), 0);
  return {
    noise: { kind: 'normal', width: dim },
    sampleAndLogProb(noise): Draw {
      const z: Tensor2D = tf.add(mean, tf.matMul(noise, cholesky, false, true));
      const logBase: Tensor1D = tf.sub(standardNormal(dim).logProb(noise), logDetOfCholesky);
      return { z, logProb: logBase, terms: { logBase } };
    },
    detached() {
      return this;
    },
  };
}

/** Posteriors at points x; rows of parameters: one for each point. */
export const posteriors = {
  exact: (given: LinearGaussianCase, points: readonly number[]) =>
    correlatedNormal(meanAt(given, points), tf.tensor2d([...given.posteriorCholesky], [given.latent, given.latent])),
  bestDiagonal: (given: LinearGaussianCase, points: readonly number[]): Samplable =>
    diagonalNormal({
      mean: meanAt(given, points),
      logStd: tf.tensor2d([given.diagonalVariance.map((variance) => 0.5 * Math.log(variance))]),
    }),
  prior: ({ latent }: LinearGaussianCase): Samplable => standardNormal(latent),
  /** Twice as wide as the best diagonal one, and beside it. */
  wrong: (given: LinearGaussianCase, points: readonly number[]): Samplable =>
    diagonalNormal({
      mean: tf.add(meanAt(given, points), 0.1),
      logStd: tf.tensor2d([given.diagonalVariance.map((variance) => Math.log(2 * Math.sqrt(variance)))]),
    }),
};

const rowsAt = (values: ArrayLike<number>, width: number, points: readonly number[]): Tensor2D =>
  tf.tensor2d(
    points.flatMap((point) => Array.from(values).slice(point * width, (point + 1) * width)),
    [points.length, width],
  );

const meanAt = ({ posteriorMean, latent }: LinearGaussianCase, points: readonly number[]) =>
  rowsAt(posteriorMean, latent, points);

/** The model at some of its points, with a posterior. */
export function latentModel(given: LinearGaussianCase, points: readonly number[], posterior: Samplable): LatentModel {
  const { latent, observed, weights, mean, sd } = given;
  const x = rowsAt(given.x, observed, points);
  const logSd = tf.fill([1, observed], Math.log(sd)) as Tensor2D;
  const prior: Scorable = standardNormal(latent);
  return {
    prior,
    posterior,
    likelihood(z) {
      const predicted = tf.add(tf.matMul(z, tf.tensor2d(Array.from(weights), [observed, latent]), false, true), [
        Array.from(mean),
      ]) as Tensor2D;
      return diagonalNormal({ mean: predicted, logStd: logSd }).logProb(x);
    },
  };
}
