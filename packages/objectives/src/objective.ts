// What an objective is: a bound as a value, with the noise and the schedules that it takes.
import type { Scalar, Tensor1D, Tensor2D } from '@flowvae/tensor';
import type { LatentModel } from './latent-model.ts';
import type { AnnealingSchedule, Tempering } from './loss-annealing.ts';

/** What training minimises, and the terms it is made of. */
export interface Bound {
  /** The mean over the batch of the negative, possibly tempered, bound; nats. */
  readonly loss: Scalar;
  /**
   * Each [B], nats, means over the draws of a data point, never tempered: `elbo`, what it is the sum of, and the bound
   * itself where it is another.
   */
  readonly terms: Readonly<Record<string, Tensor1D>>;
}

/** A training objective for models that can do what it needs of them. */
export interface Objective<M extends LatentModel = LatentModel> {
  /** The schedules whose values it takes as scalars of the same names. */
  readonly schedules: Readonly<Record<string, AnnealingSchedule>>;
  /** Draws for each data point: its noise is [B, draws·width]. */
  readonly draws: number;
  /** Says that the loss is no mean over rows, so that the rows of a batch must stay together. */
  readonly mixesRows?: true;
  // a property, not a method: an objective that needs more of a model does not fit where any model may come
  readonly bound: (model: M, noise: Tensor2D, at?: Readonly<Record<string, Scalar>>) => Bound;
}

/** Options that all objectives have. */
export interface BoundOptions {
  /** Independent estimates L of the bound for each data point, which are averaged. Default 1. */
  readonly samples?: number;
  /** `annealJoint` or `warmUpKl`; it changes the loss, never the terms. Default none. */
  readonly tempering?: Tempering;
}
