// The structure that a bound needs: samples and log-densities, without networks or flows.
import type { DiagonalNormal, Samplable, Scorable, StandardNormal } from '@flowvae/distributions';
import type { Tensor1D, Tensor2D } from '@flowvae/tensor';

/** A latent-variable model at given data x: p(z), p(x|z) and an approximation q(z|x). */
export interface LatentModel {
  readonly prior: Scorable;
  readonly posterior: Samplable;
  /**
   * z [B, D], or [B·S, D] for S draws, one after the other, for each of B data points → log p(x|z) [B] or [B·S], nats
   */
  likelihood(z: Tensor2D): Tensor1D;
}

/** A model whose posterior can be scored at any z: a normal, or a flow with an inverse. */
export interface ScorableModel extends LatentModel {
  readonly posterior: Samplable & Scorable;
}

/** A model whose KL(q(z|x) ‖ p(z)) is known in closed form, dimension by dimension. */
export interface FactorisedModel extends LatentModel {
  readonly prior: StandardNormal;
  readonly posterior: DiagonalNormal;
}
