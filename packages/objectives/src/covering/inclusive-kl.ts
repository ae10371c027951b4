// The forward divergence KL(p(z|x) ‖ q(z|x)): it covers a target, while the ELBO's divergence seeks its modes.
import { checkCount, type Tensor1D, type Tensor2D, tf } from '@flowvae/tensor';
import { constant, elboTerms, logMeanExp, meanOfDraws, noiseOfDraws, withGradientOf } from '../draws.ts';
import type { ScorableModel } from '../latent-model.ts';
import { type LogDensities, logWeight, scoreDraw } from '../log-weight.ts';
import type { BoundOptions, Objective } from '../objective.ts';

/**
 * Inclusive divergence KL(p(z|x) ‖ q(z|x)), for a posterior fitted to a target p(x, z) that need not be normalised, by
 * k draws of q that are weighted by w̃ = w/Σw: its gradient is −Σ w̃_i·∂log q(z_i|x), the draws being constants.
 *
 * The loss estimates the divergence itself, Σ w̃_i·log w_i − log (1/k)Σ w_i ≥ 0, with a bias that vanishes as k grows.
 * A model that is trained with it follows Σ w̃_i·∂log p(x, z_i): the wake phases of reweighted wake-sleep. The term
 * `inclusiveKl` is the estimate, `elbo` the mean of log w.
 * @see Bornschein & Bengio 2015, arXiv:1406.2751, section 2.3
 */
export function inclusiveKl(
  k: number,
  { samples = 1 }: Omit<BoundOptions, 'tempering'> = {},
): Objective<ScorableModel> {
  checkCount('inclusiveKl: k', k);
  const draws = k * checkCount('inclusiveKl: samples', samples);
  return {
    schedules: {},
    draws,
    bound(model, noise) {
      const drawn = model.posterior.sampleAndLogProb(noiseOfDraws('inclusiveKl', model, noise, draws));
      const draw = { ...drawn, z: constant(drawn.z) };
      const densities = scoreDraw(model, draw);
      const weights: Tensor2D = tf.reshape(constant(logWeight(densities)), [-1, k]);
      const shares = tf.softmax(weights);
      const spread: Tensor1D = tf.sub(tf.sum(tf.mul(shares, weights), 1), logMeanExp(weights));
      const estimate = meanOfDraws(spread, samples);
      const logDensities = tf.add(logJoint(densities), model.posterior.logProb(draw.z));
      const carried: Tensor1D = tf.mul(tf.reshape(shares, [-1]), logDensities);
      const bound = withGradientOf(estimate, tf.mul(meanOfDraws(carried, draws), -k));
      return { loss: tf.mean(bound), terms: { inclusiveKl: estimate, ...elboTerms(densities, draws) } };
    },
  };
}

const logJoint = ({ logLikelihood, logPrior }: LogDensities): Tensor1D => tf.add(logLikelihood, logPrior);
