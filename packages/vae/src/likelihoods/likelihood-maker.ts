// The function that makes a built-in likelihood from its parsed text.
import type { Likelihood } from './likelihood.ts';
import type { LikelihoodTerms } from './likelihood-table.ts';

/** Options of a {@link LikelihoodMaker}. */
export interface MakerOptions {
  /** Whether each variable has scales of its own; otherwise all share one. Default false. */
  readonly isEach?: boolean;
}

/** Makes a likelihood from its parsed text; without an argument it takes a default. */
export type LikelihoodMaker = (
  terms: Pick<LikelihoodTerms, 'argument' | 'covariate'>,
  options?: MakerOptions,
) => Omit<Likelihood, 'name' | 'data'>;
