// A latent-variable model of any making, as training, evaluation and reports take it: a few needs, and abilities that
// some of the work asks for.
import type { Noise, Observation, Samplable, Scorable } from '@flowvae/distributions';
import type { ParametricPosterior } from '@flowvae/flows';
import { ExpectationError, type NamedVariables, type Tensor1D, type Tensor2D } from '@flowvae/tensor';
import type { NetworkPass } from '../networks/network.ts';
import type { Named } from '../rows/row-reading.ts';
import type { MlpVae } from './mlp-vae.ts';
import type { DropoutWidths } from './vae.ts';

/** A model at rows of data: p(z), q(z|x) and log p(x|z). */
export interface ModelAtRows {
  readonly prior: Scorable;
  readonly posterior: Samplable;
  /**
   * z [B, D], or [B·S, D] for S draws, one after the other, for each of B data points → log p(x|z) [B] or [B·S], nats
   */
  likelihood(z: Tensor2D): Tensor1D;
  /** z [B, D] → p(x|z) beside the covariates of the rows. Needed for imputation where rows have covariates. */
  observe?(z: Tensor2D): Observation;
}

/**
 * A model p(x, z) = p(z)·p(x|z) with an approximation q(z|x). A `Vae` is one. Rows of data are [B, W]: x [B, P], or
 * [x, mask] where values may be missing, and covariates behind them.
 *
 * The needs are enough to train, to evaluate, to encode and to examine posteriors. Draws, pictures and imputation need
 * `observe`; an exported decoder needs `decode` or `observe`; refined posteriors need `features` and `posterior`.
 */
export interface Model {
  /** All variables by their paths, which decide the names in checkpoints and files. */
  readonly variables: NamedVariables;
  /** Width D of the latent. */
  readonly latent: number;
  readonly prior: Samplable & Scorable;
  /** Covariates [B, width] by name → p(z|y) of each row; absent: the prior has no condition. */
  priorAt?(named?: Named): Samplable & Scorable;
  /** The noise for draws from q(z|x). */
  readonly noise: Noise;
  /** Uniform numbers for dropout in training; absent: none. */
  readonly dropout?: DropoutWidths | undefined;
  /** The model at rows; in training with a pass, whose noise a model with `dropout` needs. */
  at(rows: Tensor2D, pass?: NetworkPass): ModelAtRows;
  /** rows [B, W] → q(z|x); absent: the posterior of `at`. */
  infer?(rows: Tensor2D): Samplable;
  /** z [B, D] and covariates of its rows → p(x|z), of x [B, P] in the units of the data */
  observe?(z: Tensor2D, named?: Named): Observation;
  /** z [B, D] and covariates of its rows → outputs of the decoder, [B, N] */
  decode?(z: Tensor2D, named?: Named): Tensor2D;
  /** rows [B, W] → the features that the posterior's parameters come from, [B, C] */
  features?(rows: Tensor2D): Tensor2D;
  /** Gives access to the posterior's parameters. */
  readonly posterior?: ParametricPosterior;
  /**
   * The same model at its variables' current values, with a prior that needs no network; the caller disposes of the
   * variables that are its own. Absent: the prior needs none.
   */
  settled?(): Model;
}

/** p(z), or p(z|y) of a model whose prior has a condition. */
export const priorOf = (model: Model, named: Named | undefined): Samplable & Scorable =>
  model.priorAt ? model.priorAt(named) : model.prior;

/** q(z|x) of a model as a function of rows. */
export const inferenceOf =
  (model: Model): ((rows: Tensor2D) => Samplable) =>
  (rows) =>
    model.infer ? model.infer(rows) : model.at(rows).posterior;

/** Whether p(z) is N(0, I). */
export const hasStandardPrior = ({ prior }: Pick<Model, 'prior'>): boolean => 'isStandardNormal' in prior;

/** A model whose p(x|z) can be drawn from. */
export type ObservableModel = Model & Required<Pick<Model, 'observe'>>;

/** Whether p(x|z) can be drawn from. */
export const isObservable = (model: Model): model is ObservableModel => model.observe !== undefined;

/**
 * The model, whose p(x|z) can be drawn from.
 *
 * @param work the work that needs it, for the error
 * @throws ExpectationError for a model without `observe`
 */
export function observable(model: Model, work: string): ObservableModel {
  if (isObservable(model)) return model;
  throw new ExpectationError({
    where: work,
    expected: 'a model that has observe(z), its p(x|z)',
    received: 'one without it',
    remedy: 'let the model part of the experiment return `observe` too',
  });
}

/** rows [B, W] and noise [B, D] → a draw z ~ q(z|x) [B, D], and p(x|z) */
export function reconstructed(
  model: ObservableModel,
  rows: Tensor2D,
  noise: Tensor2D,
): { readonly z: Tensor2D; readonly observation: Observation } {
  const { posterior, observe = model.observe } = model.at(rows);
  const { z } = posterior.sampleAndLogProb(noise);
  return { z, observation: observe(z) };
}

/** A model whose posterior can take other parameters than the encoder's. */
export type ParametricModel = Model & Required<Pick<Model, 'features' | 'posterior'>>;

/** Whether the posterior can take other parameters than the encoder's. */
export const isParametric = (model: Model): model is ParametricModel =>
  model.features !== undefined && model.posterior !== undefined;

const ofVae = ['infer', 'observe', 'decode', 'sample', 'reconstruct', 'features', 'posterior'] as const;

/**
 * The model with every ability of `mlpVae`'s, which the command's own models have.
 *
 * @throws ExpectationError for a model that lacks one
 */
export function asMlpVae(model: Model): MlpVae {
  const missing = ofVae.find((ability) => (model as Partial<MlpVae>)[ability] === undefined);
  if (missing === undefined) return model as MlpVae;
  throw new ExpectationError({
    where: 'asMlpVae',
    expected: `a model with ${ofVae.join(', ')}, as mlpVae makes it`,
    received: `one without ${missing}`,
  });
}
