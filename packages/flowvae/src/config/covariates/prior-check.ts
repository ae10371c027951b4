// Whether the rest of a config allows its prior. Loads no tensor library.
import { ExpectationError } from '@flowvae/tensor/plain';
import type { PriorTerm } from '@flowvae/vae/plain';
import { flagOf, type SettingName, type TrainConfig } from '../settings.ts';
import { conditionNames } from './condition.ts';

/** Whether the posterior depends on data. */
const encodes: Readonly<Record<TrainConfig['amortize'], boolean>> = { none: false, base: true, flow: true };

/**
 * @param placeOf names a setting in errors
 * @throws ExpectationError for a prior beside a conditional prior; for one of encoded data without an encoder, or with
 * one that takes a condition
 */
export function refusePrior(
  config: TrainConfig,
  prior: PriorTerm | undefined,
  placeOf: (name: SettingName) => string,
): void {
  if (!prior) return;
  const refuse = (name: SettingName, expected: string) => {
    throw new ExpectationError({ where: placeOf(name), expected, received: String(config[name]) });
  };
  const beside = `beside ${flagOf('prior')} ${prior.text}`;
  if (config.conditionalPrior === 'yes') refuse('conditionalPrior', `no ${beside}, which has no condition`);
  if (!prior.usesEncoder) return;
  if (!encodes[config.amortize]) refuse('amortize', `base or flow ${beside}, which is made of encoded pseudo-inputs`);
  if (conditionNames(config).length > 0) refuse('condition', `none ${beside}, whose pseudo-inputs have no covariates`);
}
