// The form of data that each likelihood needs, and whether the data and their binarisation have it.
import { binarisations, staysGrey, type ValueForm } from '@flowvae/datasets/plain';
import { ExpectationError } from '@flowvae/tensor/plain';
import { acceptsForm, type LikelihoodTable, type LikelihoodTerms, likelihoodTable } from '@flowvae/vae/plain';
import { flagOf, type SettingName, type TrainConfig } from './settings.ts';

/** The forms in words. */
export const formWords: Readonly<Record<ValueForm, string>> = {
  bits: 'bits',
  levels: 'the 256 levels of a byte',
  grey: 'numbers from 0 to 1',
  real: 'numbers',
  counts: 'whole numbers from 0',
  columns: 'columns of several kinds',
};

/** Options of the checks, for their errors. */
export interface LikelihoodOptions {
  /** The config's source: `''` for the command line, else a file's name. */
  readonly where?: string;
  /** Whether the model is trained, so that the remedy cannot be another likelihood. Default false. */
  readonly isSettled?: boolean;
  /** The likelihoods that can be named. Default: the built-in ones. */
  readonly likelihoods?: LikelihoodTable;
}

/** Whether values are intensities, which can become bits. */
const areIntensities = (form: ValueForm): boolean => form === 'levels' || form === 'grey';

/** The form of the values that a model sees. */
export const formAfter = (form: ValueForm, binarize: TrainConfig['binarize']): ValueForm =>
  areIntensities(form) && binarize !== 'auto' && !staysGrey(binarize) ? 'bits' : form;

const placeIn = (where: string, name: SettingName) => (where ? `${where}: ${name}` : flagOf(name));

/** @throws ExpectationError if the data are neither levels nor numbers from 0 to 1, which alone can be binarised */
export function refuseIdleBinarisation(
  form: ValueForm,
  { binarize }: Pick<TrainConfig, 'binarize'>,
  { where = '' }: LikelihoodOptions = {},
): void {
  if (areIntensities(form) || binarize === 'auto' || staysGrey(binarize)) return;
  throw new ExpectationError({
    where: placeIn(where, 'binarize'),
    expected: `none, for the data are ${formWords[form]}`,
    received: binarize,
    remedy: `pass ${flagOf('binarize')} none, or leave it out`,
  });
}

/**
 * @param form of the data as stored
 * @throws ExpectationError if the likelihood does not fit the data that the config's binarisation gives
 */
export function refuseOtherForm(
  likelihood: LikelihoodTerms,
  form: ValueForm,
  { binarize }: Pick<TrainConfig, 'binarize'>,
  { where = '', isSettled = false, likelihoods = likelihoodTable }: LikelihoodOptions = {},
): void {
  const given = formAfter(form, binarize);
  if (acceptsForm(likelihood, given)) return;
  const fitting = binarisations.filter((each) => acceptsForm(likelihood, formAfter(form, each)));
  const others = Object.keys(likelihoods).filter((each) => acceptsForm(likelihoods[each]!, given));
  const isBinarisable = areIntensities(form) && fitting.length > 0;
  const binarising = isBinarisable ? `pass ${flagOf('binarize')} ${fitting[0]}` : '';
  const choosing = isSettled ? '' : `${isBinarisable ? 'or ' : 'pass '}${flagOf('likelihood')} ${listed(others)}`;
  throw new ExpectationError({
    where: placeIn(where, isBinarisable ? 'binarize' : 'likelihood'),
    expected: isBinarisable
      ? `${listed(fitting)}, for the likelihood ${likelihood.text} is one of ${formWords[likelihood.data]}`
      : `${listed(others)}, for the data are ${formWords[given]}`,
    received: isBinarisable ? binarize : `${likelihood.text}, one of ${formWords[likelihood.data]}`,
    remedy: [binarising, choosing].filter(Boolean).join(', '),
  });
}

const listed = (names: readonly string[]) => names.join(', ').replace(/, (?=[^,]*$)/, ' or ');
