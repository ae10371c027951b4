// The covariates of a run: those that its networks are given. Loads no tensor library.
import type { Covariate, DataDescription } from '@flowvae/datasets/plain';
import { ExpectationError } from '@flowvae/tensor/plain';
import { flagOf, type SettingName, type TrainConfig } from '../settings.ts';

/** The value of the setting for no condition. */
const NONE = 'none';

/** The covariates that encoder and decoder are given, in their order. */
export const conditionNames = ({ condition }: Pick<TrainConfig, 'condition'>): readonly string[] =>
  condition === NONE ? [] : condition.split(',').map((name) => name.trim());

/** The covariates that rows carry, in their order. */
export const covariateNames = (config: Pick<TrainConfig, 'condition'>): readonly string[] => conditionNames(config);

/** Labels of MNIST, for a plan without a look at the data. */
export const digits: Covariate = {
  name: 'y',
  kind: 'category',
  width: 10,
  classes: Array.from({ length: 10 }, (_, digit) => String(digit)),
};

/**
 * The covariates of rows, as the data describe them.
 *
 * @throws ExpectationError for a covariate that the description does not have
 */
export function covariatesOf(config: TrainConfig, { covariates = [] }: DataDescription): readonly Covariate[] {
  return covariateNames(config).map((name) => {
    const found = covariates.find((each) => each.name === name);
    if (found) return found;
    throw new ExpectationError({
      where: flagOf('condition'),
      expected: `covariates of the data${covariates.length > 0 ? `: ${covariates.map((each) => each.name).join(', ')}` : ', which were opened with none'}`,
      received: name,
    });
  });
}

/** @throws ExpectationError for an empty or repeated name, or a conditional prior without a condition */
export function refuseCondition(config: TrainConfig, placeOf: (name: SettingName) => string): void {
  const names = conditionNames(config);
  const bad = names.find((name, i) => name === '' || ['x', 'mask', NONE].includes(name) || names.indexOf(name) !== i);
  if (bad !== undefined) {
    throw new ExpectationError({
      where: placeOf('condition'),
      expected: 'names of covariates, each once, joined by commas; x and mask are the data themselves',
      received: `'${config.condition}'`,
    });
  }
  if (config.conditionalPrior === 'no' || names.length > 0) return;
  throw new ExpectationError({
    where: placeOf('conditionalPrior'),
    expected: `${flagOf('condition')} beside it, which the prior depends on`,
    received: `yes beside ${flagOf('condition')} ${config.condition}`,
  });
}
