// The likelihood of a config.
import { type Likelihood, parseLikelihood } from '@flowvae/vae';
import { type LikelihoodOptions, refuseLikelihood } from '../config/likelihood-data.ts';
import type { TrainConfig } from '../config/settings.ts';

/** The likelihood that a config names. @throws ExpectationError as {@link refuseLikelihood} does */
export function likelihoodOf(config: TrainConfig, options: LikelihoodOptions = {}): Likelihood {
  refuseLikelihood(config, options);
  return parseLikelihood(config.likelihood);
}
