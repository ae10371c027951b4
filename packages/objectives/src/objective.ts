// The type of objectives: a bound as a value, with its noise and its schedules.
import type { Scalar, Tensor1D, Tensor2D } from '@flowvae/tensor';
import type { LatentModel } from './latent-model.ts';
import type { AnnealingSchedule, Tempering } from './loss-annealing.ts';

/** The minimised loss, and its terms. */
export interface Bound {
  /** The mean over the batch of the negative, possibly tempered, bound; nats. */
  readonly loss: Scalar;
  /**
   * Each [B], nats, means over the draws of a data point, never tempered: `elbo`, its terms, and the bound itself if it
   * differs from the ELBO.
   */
  readonly terms: Readonly<Record<string, Tensor1D>>;
}

/** A training objective for models with the abilities that it needs. */
export interface Objective<M extends LatentModel = LatentModel> {
  /** The schedules whose values the bound takes as scalars of the same names. */
  readonly schedules: Readonly<Record<string, AnnealingSchedule>>;
  /** Draws for each data point: its noise is [B, draws·width]. */
  readonly draws: number;
  /** The loss is no mean over rows, so the rows of a batch must stay together. */
  readonly mixesRows?: true;
  // a property, not a method: so the compiler refuses an objective with more needs where any model is allowed
  readonly bound: (model: M, noise: Tensor2D, at?: Readonly<Record<string, Scalar>>) => Bound;
}

/** Options that all objectives have. */
export interface BoundOptions {
  /** Independent estimates L of the bound for each data point, which are averaged. Default 1. */
  readonly samples?: number;
  /** `annealJoint` or `warmUpKl`; it changes the loss, never the terms. Default none. */
  readonly tempering?: Tempering;
}
