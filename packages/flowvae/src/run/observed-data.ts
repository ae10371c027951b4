// Which data a likelihood is for, and whether the binarisation that was asked for gives them.
import { type Binarisation, binarisations } from '@flowvae/datasets';
import { ExpectationError } from '@flowvae/tensor';
import { type DataForm, type Likelihood, likelihoods, parseLikelihood } from '@flowvae/vae';
import { flagOf, type TrainConfig } from '../config/settings.ts';

const forms: Readonly<Record<DataForm, { readonly words: string; readonly isGrey: boolean }>> = {
  bits: { words: 'bits', isGrey: false },
  grey: { words: 'grey values', isGrey: true },
  levels: { words: 'the 256 levels of a byte', isGrey: true },
};

const isGrey = (binarisation: Binarisation) => binarisation === 'none';

/** For errors of {@link likelihoodOf}. */
interface LikelihoodOptions {
  /** Where the config comes from: `''` for the command line, else a file's name. */
  readonly where?: string;
  /** Whether the model is trained, so that another likelihood is no remedy. Default false. */
  readonly isSettled?: boolean;
}

/**
 * The likelihood of a config.
 *
 * @throws ExpectationError where there is none of that name, or it is not for the data that the config's binarisation gives
 */
export function likelihoodOf(
  { likelihood: name, binarize }: TrainConfig,
  { where = '', isSettled = false }: LikelihoodOptions = {},
): Likelihood {
  const likelihood = parseLikelihood(name);
  const { words, isGrey: wantsGrey } = forms[likelihood.data];
  if (wantsGrey === isGrey(binarize)) return likelihood;
  const accepted = binarisations.filter((each) => isGrey(each) === wantsGrey);
  const others = likelihoods.filter(({ data }) => forms[data].isGrey !== wantsGrey).map((each) => each.name);
  const other = isSettled ? '' : `, or ${flagOf('likelihood')} ${listed(others)}`;
  throw new ExpectationError({
    where: where ? `${where}: binarize` : flagOf('binarize'),
    expected: `${listed(accepted)}, for the likelihood ${name} is one of ${words}`,
    received: binarize,
    remedy: `pass ${flagOf('binarize')} ${accepted[0]}${other}`,
  });
}

const listed = (names: readonly string[]) => names.join(', ').replace(/, (?=[^,]*$)/, ' or ');
