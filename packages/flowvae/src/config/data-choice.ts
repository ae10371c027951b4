// The settings that follow the data: binarisation, likelihood and standardisation. Loads no tensor library.
import type { DataDescription, ValueForm } from '@flowvae/datasets/plain';
import { ExpectationError } from '@flowvae/tensor/plain';
import { acceptsForm, type LikelihoodTerms, readLikelihood } from '@flowvae/vae/plain';
import { type CheckedSettings, vocabularyOfSettings } from './checked-settings.ts';
import { isMnist } from './data-check.ts';
import { formAfter, type LikelihoodOptions, refuseIdleBinarisation, refuseOtherForm } from './likelihood-data.ts';
import { flagOf, type TrainConfig } from './settings.ts';

/** MNIST, which needs no look at its values. */
export const mnistData: DataDescription = { shape: [28, 28, 1], form: 'levels', hasMissing: false };

/** The likelihood of each form by default. */
const defaults: Readonly<Record<ValueForm, string>> = {
  bits: 'bernoulli',
  levels: 'logistic-mixture',
  grey: 'gaussian',
  real: 'gaussian',
  counts: 'negative-binomial',
  columns: 'columns',
};

/**
 * Replaces every `auto` that depends on the data.
 *
 * @param options the source of the settings, for errors
 * @throws ExpectationError where the binarisation, the likelihood or the standardisation does not fit the data, with
 * the choice that does
 */
export function chosenForData(
  { config, formulas, ...others }: CheckedSettings,
  data: Pick<DataDescription, 'shape' | 'form'>,
  options: Omit<LikelihoodOptions, 'likelihoods'> = {},
): CheckedSettings {
  refuseIdleBinarisation(data.form, config, options);
  const binarize = config.binarize === 'auto' ? binarisationFor(config, formulas.likelihood) : config.binarize;
  const form = formAfter(data.form, binarize);
  const likelihood = formulas.likelihood ?? readLikelihood(defaults[form]);
  const { likelihoods } = vocabularyOfSettings(others);
  refuseOtherForm(likelihood, data.form, { binarize }, { ...options, likelihoods });
  const standardize = standardisationFor(config, { ...data, form }, likelihood);
  return {
    ...others,
    config: { ...config, binarize, likelihood: likelihood.text, standardize },
    formulas: { ...formulas, likelihood },
  };
}

/** Levels stay as they are, but for MNIST, which the paper binarises. */
function binarisationFor(config: TrainConfig, likelihood: LikelihoodTerms | undefined): 'dynamic' | 'none' {
  return isMnist(config.data) && (likelihood === undefined || likelihood.data === 'bits') ? 'dynamic' : 'none';
}

/** Numbers of a table or of rows get mean 0 and deviation 1 each; images that leave 0 … 1 get them over all pixels. */
function standardisationFor(
  { standardize }: TrainConfig,
  { shape, form }: Pick<DataDescription, 'shape' | 'form'>,
  likelihood: LikelihoodTerms,
): 'no' | 'columns' | 'all' {
  const isOfNumbers = acceptsForm(likelihood, 'real');
  if (standardize === 'auto') {
    if (!isOfNumbers || form === 'levels') return 'no';
    if (shape.length === 1) return 'columns';
    return form === 'real' ? 'all' : 'no';
  }
  if (standardize === 'no' || isOfNumbers) return standardize;
  throw new ExpectationError({
    where: flagOf('standardize'),
    expected: `no beside the likelihood ${likelihood.text}, which is no density of all numbers`,
    received: standardize,
  });
}
