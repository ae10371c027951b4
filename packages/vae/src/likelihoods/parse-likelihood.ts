// Makes a likelihood from its name, such as `bernoulli` or `gaussian(0.1)`.
import type { ColumnLayout } from '@flowvae/distributions';
import { columnsLikelihood } from './columns-likelihood.ts';
import type { Likelihood } from './likelihood.ts';
import { likelihoodMakers } from './likelihood-makers.ts';
import { type LikelihoodTerms, likelihoodNames, likelihoodTable, readLikelihood } from './likelihood-table.ts';

/** Facts about the data that a likelihood is made for. */
export interface LikelihoodData {
  /** The columns of a table, which `columns` needs; others leave it unused. */
  readonly columns?: ColumnLayout | undefined;
}

/**
 * The likelihood of a text that was parsed before.
 *
 * @throws ExpectationError for `columns` without a layout, or with one that has gaps
 */
export const makeLikelihood = (
  { text, name, data, argument }: LikelihoodTerms,
  { columns }: LikelihoodData = {},
): Likelihood => ({
  name: text,
  data,
  ...(name === 'columns' ? columnsLikelihood(columns) : likelihoodMakers[name](argument)),
});

/** Makes the likelihood of a text for {@link readLikelihood}; errors as there and of {@link makeLikelihood}. */
export const parseLikelihood = (text: string, data?: LikelihoodData): Likelihood =>
  makeLikelihood(readLikelihood(text), data);

/** Every likelihood that can be named, without argument; all but `columns`, which needs a layout. */
export const likelihoods: readonly Likelihood[] = likelihoodNames
  .filter((name) => likelihoodTable[name].data !== 'columns')
  .map((name) => parseLikelihood(name));
