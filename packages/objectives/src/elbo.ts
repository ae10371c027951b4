// The evidence lower bound as a value, and its estimators; beta-VAE is the same with another weight on the divergence.
import { checkCount, ExpectationError, type Tensor1D, tf } from '@flowvae/tensor';
import { closedFormTerms, temperedDivergence } from './closed-form.ts';
import { elboTerms, negativeMean, noiseOfDraws, withGradientOf } from './draws.ts';
import type { FactorisedModel, ScorableModel } from './latent-model.ts';
import { scoreDraw } from './log-weight.ts';
import { times, untempered, weigh, withKlTimes } from './loss-annealing.ts';
import type { BoundOptions, Objective } from './objective.ts';

/** Estimators of the ELBO and its gradient. */
export interface ElboOptions extends BoundOptions {
  /**
   * `'path'`: through the draw and through log q. `'stl'`, sticking the landing: log q is scored at the draw with its
   * parameters detached, which leaves out a term of mean 0; the gradient's variance vanishes at the exact posterior.
   * Default `'path'`.
   */
  readonly gradient?: 'path' | 'stl';
  /** `'sampled'`: by the draws. `'analytic'`: KL(q ‖ p) in closed form. Default `'sampled'`. */
  readonly kl?: 'sampled' | 'analytic';
}

interface SampledOptions extends BoundOptions {
  readonly gradient?: 'path';
  readonly kl?: 'sampled';
}

interface StlOptions extends BoundOptions {
  readonly gradient: 'stl';
  readonly kl?: 'sampled';
}

interface AnalyticOptions extends BoundOptions {
  readonly gradient?: 'path';
  readonly kl: 'analytic';
}

/**
 * Evidence lower bound: E_q₀[log p(x|z_K) + log p(z_K) − log q₀(z₀) + log|det J|] ≤ log p(x), by L draws for each data
 * point.
 *
 * The prior is evaluated at z_K and the base distribution at z₀, so that the flow's log-det corrects the entropy.
 * @see Rezende & Mohamed 2015, arXiv:1505.05770, eq. 15; Roeder et al. 2017, arXiv:1703.09194, for `'stl'`; Kingma &
 * Welling 2014, arXiv:1312.6114, appendix B, for `'analytic'`
 */
export function elbo(options?: SampledOptions): Objective;
export function elbo(options: StlOptions): Objective<ScorableModel>;
export function elbo(options: AnalyticOptions): Objective<FactorisedModel>;
export function elbo({
  gradient = 'path',
  kl = 'sampled',
  ...options
}: ElboOptions = {}): Objective | Objective<ScorableModel> | Objective<FactorisedModel> {
  if (kl === 'analytic') return analyticElbo(options);
  return gradient === 'stl' ? stickingTheLanding(options) : sampledElbo(options);
}

/**
 * beta-VAE: E_q[log p(x|z)] − β·KL(q(z|x) ‖ p(z)); a bound on log p(x) for β ≥ 1.
 *
 * The estimators are those of the ELBO; the term `elbo` has β = 1.
 * @see Higgins et al. 2017, "beta-VAE: Learning Basic Visual Concepts with a Constrained Variational Framework", ICLR,
 * eq. 4
 */
export function betaVae(beta: number, options?: SampledOptions): Objective;
export function betaVae(beta: number, options: StlOptions): Objective<ScorableModel>;
export function betaVae(beta: number, options: AnalyticOptions): Objective<FactorisedModel>;
export function betaVae(beta: number, { tempering = untempered, ...options }: ElboOptions = {}) {
  if (!(beta >= 0 && beta < Number.POSITIVE_INFINITY)) {
    throw new ExpectationError({ where: 'betaVae: beta', expected: 'a number, 0 or more', received: String(beta) });
  }
  return elbo({ ...options, tempering: withKlTimes(beta, tempering) } as SampledOptions);
}

function sampledElbo({ samples = 1, tempering = untempered }: BoundOptions): Objective {
  const draws = checkCount('elbo: samples', samples);
  return {
    schedules: tempering.schedules,
    draws,
    bound(model, noise, at = {}) {
      const epsilon = noiseOfDraws('elbo', model, noise, draws);
      const densities = scoreDraw(model, model.posterior.sampleAndLogProb(epsilon));
      const bound = weigh(tempering.factors(at), densities);
      return { loss: negativeMean(bound), terms: elboTerms(densities, draws) };
    },
  };
}

function stickingTheLanding({ samples = 1, tempering = untempered }: BoundOptions): Objective<ScorableModel> {
  const draws = checkCount('elbo: samples', samples);
  return {
    schedules: tempering.schedules,
    draws,
    bound(model, noise, at = {}) {
      const draw = model.posterior.sampleAndLogProb(noiseOfDraws('elbo', model, noise, draws));
      const densities = scoreDraw(model, draw);
      const logPosterior = withGradientOf(draw.logProb, model.posterior.detached().logProb(draw.z));
      const bound = weigh(tempering.factors(at), { ...densities, logPosterior });
      return { loss: negativeMean(bound), terms: elboTerms(densities, draws) };
    },
  };
}

/** The terms are `elbo` = logLikelihood − kl. */
function analyticElbo({ samples = 1, tempering = untempered }: BoundOptions): Objective<FactorisedModel> {
  const draws = checkCount('elbo: samples', samples);
  return {
    schedules: tempering.schedules,
    draws,
    bound(model, noise, at = {}) {
      const terms = closedFormTerms(
        model,
        model.posterior.sampleAndLogProb(noiseOfDraws('elbo', model, noise, draws)).z,
        draws,
      );
      const factors = tempering.factors(at);
      const divergence = tf.sum<Tensor1D>(temperedDivergence(model, factors), 1);
      const loss = negativeMean(tf.sub(times(terms.logLikelihood, factors.logLikelihood), divergence));
      return { loss, terms };
    },
  };
}
