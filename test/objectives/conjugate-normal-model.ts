// The conjugate normal model of conjugate-normal.json as a LatentModel: one latent, evidence and posterior known.
import { diagonalNormal, type Samplable, type Scorable } from '@flowvae/distributions';
import type { LatentModel } from '@flowvae/objectives';
import { type Tensor1D, type Tensor2D, tf } from '@flowvae/tensor';
import { readCommitted } from '../reference/committed-json.ts';
import type { ConjugateNormalReference } from '../reference/conjugate-normal.ts';

export const conjugateNormal = readCommitted<ConjugateNormalReference>('conjugate-normal');

const normalOf = (mean: number, sd: number) =>
  diagonalNormal({ mean: tf.tensor2d([[mean]]), logStd: tf.tensor2d([[Math.log(sd)]]) });

/** The model at its observations, with a posterior whose rows are as many data points, all the same. */
export function conjugateNormalModel<Q extends Samplable>(posterior: Q): LatentModel & { readonly posterior: Q } {
  const { priorMean, priorSd, sd, x } = conjugateNormal;
  const prior: Scorable = normalOf(priorMean, priorSd);
  const noise = normalOf(0, sd);
  return {
    prior,
    posterior,
    likelihood(z: Tensor2D): Tensor1D {
      return tf.addN(x.map((xi) => noise.logProb(tf.sub(z, xi))));
    },
  };
}
