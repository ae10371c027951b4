// The log-weight log p(x, z) − log q(z|x) of a sample, its terms, and the two ways in which training tempers it.
import type { Samplable } from '@flowvae/distributions';
import { type Scalar, type Tensor1D, type Tensor2D, tf } from '@flowvae/tensor';
import type { LatentModel } from './latent-model.ts';

/** A number that depends on the training step only; step 0 is the first. */
export type Schedule = (step: number) => number;

/** The log-densities of one sample a data point, each [B], nats. */
export interface LogDensities {
  readonly logLikelihood: Tensor1D;
  readonly logPrior: Tensor1D;
  /** log q(z_K|x) = logBase − logDet */
  readonly logPosterior: Tensor1D;
  /** What the posterior reports of itself: `logBase`, and `logDet` of a flow. */
  readonly posteriorTerms: Readonly<Record<string, Tensor1D>>;
}

/** Draws z from q(z|x) by given noise [B, width] and scores it under all three densities. */
export function scoreSample(model: LatentModel, noise: Tensor2D): LogDensities {
  const posterior: Samplable = model.posterior;
  const { z, logProb, terms } = posterior.sampleAndLogProb(noise);
  return {
    logLikelihood: model.likelihood(z),
    logPrior: model.prior.logProb(z),
    logPosterior: logProb,
    posteriorTerms: terms,
  };
}

/** log p(x|z) + log p(z) − log q(z|x), [B]: its mean is the ELBO, its exponential the importance weight. */
export function logWeight({ logLikelihood, logPrior, logPosterior }: LogDensities): Tensor1D {
  return tf.sub(tf.add(logLikelihood, logPrior), logPosterior);
}

/** A way to temper the log-weight while training; the schedules enter a traced step as scalar inputs of these names. */
export interface Tempering {
  readonly schedules: Readonly<Record<string, Schedule>>;
  weigh(densities: LogDensities, at: Readonly<Record<string, Scalar>>): Tensor1D;
}

/** No tempering. */
export const untempered: Tempering = { schedules: {}, weigh: logWeight };

/**
 * The paper's annealing: β·(log p(x|z) + log p(z)) − log q(z|x). β multiplies the joint density, not the KL divergence.
 *
 * While β < 1 the value is no bound on log p(x).
 * @see Rezende & Mohamed 2015, arXiv:1505.05770, eq. 20
 */
export function annealJoint(beta: Schedule): Tempering {
  return {
    schedules: { beta },
    weigh: ({ logLikelihood, logPrior, logPosterior }, at) =>
      tf.sub(tf.mul(tf.add(logLikelihood, logPrior), at.beta!), logPosterior),
  };
}

/**
 * KL warm-up: log p(x|z) + β·(log p(z) − log q(z|x)).
 *
 * @see Bowman et al. 2016, arXiv:1511.06349, section 3.1; Sønderby et al. 2016, arXiv:1602.02282, section 2.3
 */
export function warmUpKl(beta: Schedule): Tempering {
  return {
    schedules: { beta },
    weigh: ({ logLikelihood, logPrior, logPosterior }, at) =>
      tf.add(logLikelihood, tf.mul(tf.sub(logPrior, logPosterior), at.beta!)),
  };
}

/** β_t = min(1, 0.01 + t/10000). @see Rezende & Mohamed 2015, section 6.1, below eq. 20 */
export const paperSchedule: Schedule = (step) => Math.min(1, 0.01 + step / 10_000);
