// The evidence lower bound as a value.
import { type Scalar, type Tensor1D, type Tensor2D, tf } from '@flowvae/tensor';
import type { LatentModel } from './latent-model.ts';
import { logWeight, type Schedule, scoreSample, type Tempering, untempered } from './log-weight.ts';

/** What training minimises, and the terms it is made of. */
export interface Bound {
  /** The mean over the batch of the negative, possibly tempered, bound; nats. */
  readonly loss: Scalar;
  /** Each [B], nats, never tempered: `elbo` = logLikelihood + logPrior − logBase + logDet. */
  readonly terms: Readonly<Record<string, Tensor1D>>;
}

/** A training objective: a bound, and the schedules whose values it takes as scalars of the same names. */
export interface Objective {
  readonly schedules: Readonly<Record<string, Schedule>>;
  bound(model: LatentModel, noise: Tensor2D, at?: Readonly<Record<string, Scalar>>): Bound;
}

/**
 * Evidence lower bound with one sample: E_q₀[log p(x|z_K) + log p(z_K) − log q₀(z₀) + log|det J|] ≤ log p(x).
 *
 * The prior is evaluated at z_K and the base distribution at z₀, so that the flow's log-det corrects the entropy.
 * @param tempering `annealJoint` or `warmUpKl`; it changes the loss, never the terms
 * @see Rezende & Mohamed 2015, arXiv:1505.05770, eq. 15
 */
export function elbo(tempering: Tempering = untempered): Objective {
  return {
    schedules: tempering.schedules,
    bound(model, noise, at = {}) {
      const densities = scoreSample(model, noise);
      const { logLikelihood, logPrior, posteriorTerms } = densities;
      const loss: Scalar = tf.neg(tf.mean(tempering.weigh(densities, at)));
      return { loss, terms: { elbo: logWeight(densities), logLikelihood, logPrior, ...posteriorTerms } };
    },
  };
}
