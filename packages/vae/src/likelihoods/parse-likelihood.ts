// Makes a likelihood from its name, such as `bernoulli` or `gaussian(0.1)`.
import type { NamedLayout } from './column-runs.ts';
import { columnsLikelihood } from './columns-likelihood.ts';
import type { Likelihood } from './likelihood.ts';
import { likelihoodMakers } from './likelihood-makers.ts';
import {
  type LikelihoodName,
  type LikelihoodTable,
  type LikelihoodTerms,
  likelihoodNames,
  likelihoodTable,
  readLikelihood,
} from './likelihood-table.ts';
import { ownLikelihood } from './own-likelihood.ts';

/** Facts about the data that a likelihood is made for. */
export interface LikelihoodData {
  /** The columns of a table, which `columns` needs; others leave it unused. */
  readonly columns?: NamedLayout | undefined;
}

/**
 * The likelihood of a text that was parsed before.
 *
 * @throws ExpectationError for `columns` without a layout, with one that has gaps, or with a choice that does not fit;
 * for a row whose `make` gives no likelihood
 */
export function makeLikelihood(terms: LikelihoodTerms, { columns }: LikelihoodData = {}): Likelihood {
  const { text, data, choices, row } = terms;
  if (row) return { ...ownLikelihood(row, terms), name: text, data };
  const name = terms.name as LikelihoodName; // without a row the built-in table named it
  const made = name === 'columns' ? columnsLikelihood(columns, choices) : likelihoodMakers[name](terms);
  return { name: text, data, ...made };
}

/** Makes the likelihood of a text for {@link readLikelihood}; errors as there and of {@link makeLikelihood}. */
export const parseLikelihood = (
  text: string,
  { table, ...data }: LikelihoodData & { readonly table?: LikelihoodTable } = {},
): Likelihood => makeLikelihood(readLikelihood(text, table), data);

/** Every likelihood that can be named, without argument; all but `columns`, which needs a layout. */
export const likelihoods: readonly Likelihood[] = likelihoodNames
  .filter((name) => likelihoodTable[name].data !== 'columns')
  .map((name) => parseLikelihood(name));
