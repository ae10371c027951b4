// Free bits: a divergence below a floor costs nothing, so that training gains nothing by ignoring the latent.
import { checkCount, ExpectationError, type Tensor1D, tf } from '@flowvae/tensor';
import { closedFormTerms, temperedDivergence } from './closed-form.ts';
import { elboTerms, noiseOfDraws } from './draws.ts';
import type { FactorisedModel } from './latent-model.ts';
import { scoreDraw } from './log-weight.ts';
import { times, untempered, weigh } from './loss-annealing.ts';
import type { BoundOptions, Objective } from './objective.ts';

/**
 * Free bits in each dimension: E[log p(x|z)] − Σ_j max(λ, KL_j), KL_j the mean over the batch of the closed-form
 * divergence of dimension j.
 *
 * Only factorised posteriors have a divergence per dimension. Tempered, the divergence is c·E log q − b·E log p and the
 * floor c·λ. The terms are
 * `elbo` = logLikelihood − kl, without floor.
 * @param nats λ, in each dimension
 * @see Kingma et al. 2016, arXiv:1606.04934, appendix C.8, eq. 15
 */
export function freeBits(
  nats: number,
  { samples = 1, tempering = untempered }: BoundOptions = {},
): Objective<FactorisedModel> {
  const draws = checkCount('freeBits: samples', samples);
  checkFloor('freeBits', nats);
  return {
    schedules: tempering.schedules,
    draws,
    mixesRows: true,
    bound(model, noise, at = {}) {
      const epsilon = noiseOfDraws('freeBits', model, noise, draws);
      const terms = closedFormTerms(model, model.posterior.sampleAndLogProb(epsilon).z, draws);
      const factors = tempering.factors(at);
      const divergences = tf.mean<Tensor1D>(temperedDivergence(model, factors), 0); // [D]
      const floor = times(tf.fill(divergences.shape, nats), factors.logPosterior);
      const cost = tf.sum(tf.maximum(divergences, floor));
      return { loss: tf.sub(cost, times(tf.mean(terms.logLikelihood), factors.logLikelihood)), terms };
    },
  };
}

/**
 * Free bits in total, for any posterior: E[log p(x|z)] − max(λ, KL), KL the mean over the batch of the sampled
 * divergence.
 *
 * @param nats λ, over all dimensions
 * @see {@link freeBits}
 */
export function freeBitsInTotal(nats: number, { samples = 1, tempering = untempered }: BoundOptions = {}): Objective {
  const draws = checkCount('freeBitsInTotal: samples', samples);
  checkFloor('freeBitsInTotal', nats);
  return {
    schedules: tempering.schedules,
    draws,
    mixesRows: true,
    bound(model, noise, at = {}) {
      const epsilon = noiseOfDraws('freeBitsInTotal', model, noise, draws);
      const densities = scoreDraw(model, model.posterior.sampleAndLogProb(epsilon));
      const factors = tempering.factors(at);
      const logLikelihood = tf.mean(times(densities.logLikelihood, factors.logLikelihood));
      const divergence = tf.sub(logLikelihood, tf.mean(weigh(factors, densities)));
      const cost = tf.maximum(divergence, times(tf.scalar(nats), factors.logPosterior));
      return { loss: tf.sub(cost, logLikelihood), terms: elboTerms(densities, draws) };
    },
  };
}

function checkFloor(where: string, nats: number): void {
  if (nats >= 0 && nats < Number.POSITIVE_INFINITY) return;
  throw new ExpectationError({ where: `${where}: nats`, expected: 'a number, 0 or more', received: String(nats) });
}
