// The form of data that each likelihood needs, and whether the chosen binarisation gives this form.
import { binarisations, staysGrey } from '@flowvae/datasets/plain';
import { ExpectationError } from '@flowvae/tensor/plain';
import { acceptsForm, type DataForm, type LikelihoodTerms, likelihoodNames, likelihoodTable } from '@flowvae/vae/plain';
import { flagOf, type TrainConfig } from './settings.ts';

const words: Readonly<Record<DataForm, string>> = {
  bits: 'bits',
  grey: 'grey values',
  levels: 'the 256 levels of a byte',
  real: 'real numbers',
  columns: 'the columns of a table',
};

/** The form of images after a binarisation. */
const formAfter = (binarize: TrainConfig['binarize']): DataForm => (staysGrey(binarize) ? 'levels' : 'bits');

/** Options of {@link refuseOtherForm}, for its errors. */
export interface LikelihoodOptions {
  /** The config's source: `''` for the command line, else a file's name. */
  readonly where?: string;
  /** Whether the model is trained, so that the remedy cannot be another likelihood. Default false. */
  readonly isSettled?: boolean;
}

/** @throws ExpectationError if the likelihood does not fit the data that the config's binarisation gives */
export function refuseOtherForm(
  { text: name, data }: LikelihoodTerms,
  { binarize }: Pick<TrainConfig, 'binarize'>,
  { where = '', isSettled = false }: LikelihoodOptions = {},
): void {
  const form = formAfter(binarize);
  if (acceptsForm({ data }, form)) return;
  const accepted = binarisations.filter((each) => acceptsForm({ data }, formAfter(each)));
  const others = likelihoodNames.filter((each) => acceptsForm(likelihoodTable[each], form));
  if (accepted.length === 0) {
    throw new ExpectationError({
      where: where ? `${where}: likelihood` : flagOf('likelihood'),
      expected: 'a likelihood of images',
      received: `${name}, one of ${words[data]}`,
      remedy: `pass ${flagOf('likelihood')} ${listed(others)}`,
    });
  }
  const other = isSettled ? '' : `, or ${flagOf('likelihood')} ${listed(others)}`;
  throw new ExpectationError({
    where: where ? `${where}: binarize` : flagOf('binarize'),
    expected: `${listed(accepted)}, for the likelihood ${name} is one of ${words[data]}`,
    received: binarize,
    remedy: `pass ${flagOf('binarize')} ${accepted[0]}${other}`,
  });
}

const listed = (names: readonly string[]) => names.join(', ').replace(/, (?=[^,]*$)/, ' or ');
