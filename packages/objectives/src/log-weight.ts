// The log-weight log p(x, z) − log q(z|x) of draws, and its terms.
import type { Draw } from '@flowvae/distributions';
import { type Tensor1D, type Tensor2D, tf } from '@flowvae/tensor';
import type { LatentModel } from './latent-model.ts';

/** The log-densities of draws, each [B], or [B·S] for S draws of each data point; nats. */
export interface LogDensities {
  readonly logLikelihood: Tensor1D;
  readonly logPrior: Tensor1D;
  /** log q(z_K|x) = logBase − logDet */
  readonly logPosterior: Tensor1D;
  /** The posterior's own terms: `logBase`, and `logDet` of a flow. */
  readonly posteriorTerms: Readonly<Record<string, Tensor1D>>;
}

/** Draws z from q(z|x) by given noise [B, width] and scores it under all three densities. */
export const scoreSample = (model: LatentModel, noise: Tensor2D): LogDensities =>
  scoreDraw(model, model.posterior.sampleAndLogProb(noise));

/** Scores draws under all three densities. */
export const scoreDraw = (model: LatentModel, { z, logProb, terms }: Draw): LogDensities => ({
  logLikelihood: model.likelihood(z),
  logPrior: model.prior.logProb(z),
  logPosterior: logProb,
  posteriorTerms: 'logBase' in terms ? terms : { ...terms, logBase: baseOf(logProb, terms.logDet) },
});

/** A posterior that does not tell its base counts as one: log q(z|x) = logBase − logDet. */
const baseOf = (logProb: Tensor1D, logDet: Tensor1D | undefined): Tensor1D =>
  logDet ? tf.add(logProb, logDet) : logProb;

/** log p(x|z) + log p(z) − log q(z|x), [B]: its mean is the ELBO, its exponential the importance weight. */
export function logWeight({ logLikelihood, logPrior, logPosterior }: LogDensities): Tensor1D {
  return tf.sub(tf.add(logLikelihood, logPrior), logPosterior);
}
