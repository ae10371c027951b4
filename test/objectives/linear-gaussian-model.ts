// The linear-Gaussian model of linear-gaussian.json as a LatentModel, with posteriors of every quality: everything
// about it is known.
import { type Draw, diagonalNormal, type Samplable, type Scorable, standardNormal } from '@flowvae/distributions';
import type { LatentModel } from '@flowvae/objectives';
import { rowsFor, type Tensor1D, type Tensor2D, tf } from '@flowvae/tensor';
import { readCommitted } from '../reference/committed-json.ts';
import type { LinearGaussianReference } from '../reference/linear-gaussian.ts';

export const { cases: linearGaussians } = readCommitted<LinearGaussianReference>('linear-gaussian');

/** One of them. */
export type LinearGaussianCase = (typeof linearGaussians)[number];

/** Normal with full covariance L·Lᵀ: z = μ + L·ε, log q(z) = log N(L⁻¹(z − μ); 0, I) − log det L. */
function correlatedNormal(mean: Tensor2D, cholesky: readonly number[]): Samplable & Scorable {
  const dim = mean.shape[1];
  const diagonal = Array.from({ length: dim }, (_, i) => cholesky[i * dim + i]!);
  const logDetOfCholesky = diagonal.reduce((sum, value) => sum + Math.log(value), 0);
  const matrix = tf.tensor2d([...cholesky], [dim, dim]);
  const inverse = tf.tensor2d(lowerInverse(cholesky, dim), [dim, dim]);
  const meansFor = (rows: number) => rowsFor('correlatedNormal', mean, rows);
  const score = (epsilon: Tensor2D): Tensor1D => tf.sub(standardNormal(dim).logProb(epsilon), logDetOfCholesky);
  return {
    noise: { kind: 'normal', width: dim },
    sampleAndLogProb(noise): Draw {
      const z: Tensor2D = tf.add(meansFor(noise.shape[0]), tf.matMul(noise, matrix, false, true));
      const logBase = score(noise);
      return { z, logProb: logBase, terms: { logBase } };
    },
    logProb: (z) => score(tf.matMul(tf.sub(z, meansFor(z.shape[0])) as Tensor2D, inverse, false, true)),
    detached() {
      return this;
    },
  };
}

/** L⁻¹ of a lower triangular L [n, n], row-major, column after column. */
function lowerInverse(lower: readonly number[], n: number): number[] {
  const inverse = new Array<number>(n * n).fill(0);
  for (let j = 0; j < n; j++) {
    for (let i = j; i < n; i++) {
      let rest = i === j ? 1 : 0;
      for (let k = j; k < i; k++) rest -= lower[i * n + k]! * inverse[k * n + j]!;
      inverse[i * n + j] = rest / lower[i * n + i]!;
    }
  }
  return inverse;
}

/** Posteriors at points x; rows of parameters: one for each point. */
export const posteriors = {
  exact: (given: LinearGaussianCase, points: readonly number[]) =>
    correlatedNormal(meanAt(given, points), given.posteriorCholesky),
  bestDiagonal: (given: LinearGaussianCase, points: readonly number[]) =>
    diagonalNormal({
      mean: meanAt(given, points),
      logStd: tf.tensor2d([given.diagonalVariance.map((variance) => 0.5 * Math.log(variance))]),
    }),
  prior: ({ latent }: LinearGaussianCase) => standardNormal(latent),
  /** Twice as wide as the best diagonal one, and beside it. */
  wrong: (given: LinearGaussianCase, points: readonly number[]) =>
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
export function latentModel<Q extends Samplable>(
  given: LinearGaussianCase,
  points: readonly number[],
  posterior: Q,
): LatentModel & { readonly posterior: Q } {
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
      return diagonalNormal({ mean: predicted, logStd: logSd }).logProb(rowsFor('x', x, z.shape[0]));
    },
  };
}
