// Makes a likelihood from its name, such as `bernoulli` or `gaussian(0.1)`.
import type { Likelihood } from './likelihood.ts';
import { likelihoodMakers } from './likelihood-makers.ts';
import { type LikelihoodTerms, likelihoodNames, readLikelihood } from './likelihood-table.ts';

/** The likelihood of a text that was parsed before. */
export const makeLikelihood = ({ text, name, data, argument }: LikelihoodTerms): Likelihood => ({
  name: text,
  data,
  ...likelihoodMakers[name](argument),
});

/** Makes the likelihood of a text for {@link readLikelihood}; errors as there. */
export const parseLikelihood = (text: string): Likelihood => makeLikelihood(readLikelihood(text));

/** Every likelihood that can be named, without argument. */
export const likelihoods: readonly Likelihood[] = likelihoodNames.map(parseLikelihood);
