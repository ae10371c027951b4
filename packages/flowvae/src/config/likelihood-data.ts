// The form of data that each likelihood needs, and whether the chosen binarisation gives this form.
import { binarisations, staysGrey } from '@flowvae/datasets/plain';
import { ExpectationError } from '@flowvae/tensor/plain';
import type { DataForm } from '@flowvae/vae';
import { type LikelihoodTerms, likelihoodNames, likelihoodTable } from '@flowvae/vae/plain';
import { flagOf, type TrainConfig } from './settings.ts';

const forms: Readonly<Record<DataForm, { readonly words: string; readonly isGrey: boolean }>> = {
  bits: { words: 'bits', isGrey: false },
  grey: { words: 'grey values', isGrey: true },
  levels: { words: 'the 256 levels of a byte', isGrey: true },
};

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
  const { words, isGrey: wantsGrey } = forms[data];
  if (wantsGrey === staysGrey(binarize)) return;
  const accepted = binarisations.filter((each) => staysGrey(each) === wantsGrey);
  const others = likelihoodNames.filter((each) => forms[likelihoodTable[each].data].isGrey !== wantsGrey);
  const other = isSettled ? '' : `, or ${flagOf('likelihood')} ${listed(others)}`;
  throw new ExpectationError({
    where: where ? `${where}: binarize` : flagOf('binarize'),
    expected: `${listed(accepted)}, for the likelihood ${name} is one of ${words}`,
    received: binarize,
    remedy: `pass ${flagOf('binarize')} ${accepted[0]}${other}`,
  });
}

const listed = (names: readonly string[]) => names.join(', ').replace(/, (?=[^,]*$)/, ' or ');
