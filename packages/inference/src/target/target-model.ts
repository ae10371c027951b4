// An unnormalised density as a model of latents alone, so that every bound on log p(x) is a bound on log Z.
import type { Samplable, Scorable } from '@flowvae/distributions';
import type { LatentModel, LogDensity } from '@flowvae/objectives';
import { checkShape, type Tensor1D, tf } from '@flowvae/tensor';

/** A model whose posterior is the fitted distribution q. */
export interface TargetModel<Q extends Samplable = Samplable> extends LatentModel {
  readonly posterior: Q;
}

/**
 * The target p̃ as a model without data: log p̃(z) stands where a model has log p(x|z), nothing stands where it has
 * log p(z). So the ELBO is E_q[log p̃(z) − log q(z)] = log Z − KL(q ‖ p), Z = ∫ p̃.
 *
 * @param logDensity z [B, D] → log p̃(z) [B], nats
 * @throws ShapeError from the likelihood for a density of another shape. Beside log q [B] a column [B, 1] would give a
 * matrix.
 */
export const targetModel = <Q extends Samplable>(logDensity: LogDensity, posterior: Q): TargetModel<Q> => ({
  prior: nothing,
  likelihood(z) {
    const density = logDensity(z);
    checkShape('target: logDensity', density, [z.shape[0]]);
    return density;
  },
  posterior,
});

/** log 1 everywhere. */
const nothing: Scorable = {
  logProb: (z): Tensor1D => tf.zeros([z.shape[0]]),
  detached() {
    return this;
  },
};
