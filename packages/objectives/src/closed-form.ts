// KL(q(z|x) ‖ p(z)) in closed form, dimension by dimension, for a diagonal normal posterior and a standard normal
// prior.
import { type Tensor1D, type Tensor2D, tf } from '@flowvae/tensor';
import { meanOfDraws } from './draws.ts';
import type { FactorisedModel } from './latent-model.ts';
import { difference, type Factors, times } from './loss-annealing.ts';

/** The terms of bounds with a known divergence: elbo = logLikelihood − kl, each [B]. */
export function closedFormTerms(model: FactorisedModel, z: Tensor2D, draws: number) {
  const logLikelihood = meanOfDraws(model.likelihood(z), draws);
  // added to zeros, because a posterior that all data share has one row
  const kl: Tensor1D = tf.add(tf.zerosLike(logLikelihood), tf.sum<Tensor1D>(model.posterior.klPerDimension(), 1));
  return { elbo: tf.sub<Tensor1D>(logLikelihood, kl), logLikelihood, kl };
}

/**
 * c·E log q − b·E log p = b·KL + (b − c)·H of every dimension, [B|1, D], where b and c temper log prior and log
 * posterior and H is the entropy.
 */
export function temperedDivergence(
  { posterior }: FactorisedModel,
  { logPrior, logPosterior }: Pick<Factors, 'logPrior' | 'logPosterior'>,
): Tensor2D {
  const divergence = times(posterior.klPerDimension(), logPrior);
  if (logPrior === logPosterior) return divergence;
  return tf.add(divergence, times(posterior.entropyPerDimension(), difference(logPrior, logPosterior)));
}
