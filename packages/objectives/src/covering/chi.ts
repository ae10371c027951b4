// The χ² upper bound on log Z, whose minimum covers the target.
import { checkCount, type Tensor1D, type Tensor2D, tf } from '@flowvae/tensor';
import { constant, elboTerms, logMeanExp, meanOfDraws, noiseOfDraws, withGradientOf } from '../draws.ts';
import type { ScorableModel } from '../latent-model.ts';
import { logWeight, scoreDraw } from '../log-weight.ts';
import type { BoundOptions, Objective } from '../objective.ts';

/**
 * χ² upper bound: ½ log E_q[w²] ≥ log Z, w = p̃(z)/q(z), by k draws; it is minimised. Its gradient is −½ Σ w̃²-weighted
 * ∂log q(z_i), the draws being constants, with weights w²/Σw².
 *
 * The estimate from k draws is biased low, and its gradient by about 1/k; where the weights' variance is infinite it
 * has no limit. The term `chi` is the bound, `elbo` the mean of log w.
 * @param k draws in one bound
 * @see Dieng et al. 2017, arXiv:1611.00328, eqs. 4 and 6
 */
export function chi(k: number, { samples = 1 }: Omit<BoundOptions, 'tempering'> = {}): Objective<ScorableModel> {
  checkCount('chi: k', k);
  const draws = k * checkCount('chi: samples', samples);
  return {
    schedules: {},
    draws,
    bound(model, noise) {
      const drawn = model.posterior.sampleAndLogProb(noiseOfDraws('chi', model, noise, draws));
      const densities = scoreDraw(model, { ...drawn, z: constant(drawn.z) });
      const squares: Tensor2D = tf.reshape(constant(tf.mul(logWeight(densities), 2)), [-1, k]);
      const bound = meanOfDraws(tf.mul(logMeanExp(squares), 0.5), samples);
      const logQ: Tensor1D = model.posterior.logProb(constant(drawn.z));
      const carried = tf.mul(tf.reshape(tf.softmax(squares), [-1]), logQ);
      const loss = withGradientOf(bound, tf.mul(meanOfDraws(carried as Tensor1D, draws), -k / 2));
      return { loss: tf.mean(loss), terms: { chi: bound, ...elboTerms(densities, draws) } };
    },
  };
}
