// The parts of a run that settings describe, as values.
import type { Binarisation, Covariate, DataDescription } from '@flowvae/datasets';
import type { Flow, InvertibleFlow } from '@flowvae/flows';
import type { Objective } from '@flowvae/objectives';
import type { Likelihood, MlpVaeOptions, PriorChoice } from '@flowvae/vae';
import type { TrainConfig } from '../config/settings.ts';

/** Encoder and decoder. */
export interface Networks
  extends Required<Pick<MlpVaeOptions, 'networks'>>,
    Pick<MlpVaeOptions, 'hidden' | 'activation' | 'initialisation' | 'scale'> {
  /** Networks of published experiments start without the moments of the data. */
  readonly isBlind: boolean;
}

/** Settings as values. */
export interface PlannedParts {
  /** The settings as text and numbers, as config.json holds them. */
  readonly config: TrainConfig;
  /** Refines the posterior; undefined: a diagonal normal. */
  readonly flow: Flow | undefined;
  /** Turns N(0, I) into the prior, or is another prior; undefined: N(0, I) itself. */
  readonly prior: InvertibleFlow | PriorChoice | undefined;
  /** Training rows at which the prior's pseudo-inputs start. */
  readonly exampleRows: number;
  readonly likelihood: Likelihood;
  /** With gradient estimator, samples and schedule. */
  readonly objective: Objective;
  readonly networks: Networks;
  readonly binarisation: Binarisation;
  /** The covariates that rows carry behind the data, in their order. */
  readonly covariates: readonly Covariate[];
  /** The data that the settings are for. */
  readonly data: DataDescription;
}
