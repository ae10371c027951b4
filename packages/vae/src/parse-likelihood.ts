// From the name of a likelihood, such as `bernoulli` or `gaussian(0.1)`, to the likelihood.
import type { Likelihood } from './likelihood.ts';
import { likelihoodMakers } from './likelihood-makers.ts';
import { likelihoodNames, readLikelihood } from './likelihood-table.ts';

/** Makes the likelihood that {@link readLikelihood} reads in a text; errors as there. */
export function parseLikelihood(text: string): Likelihood {
  const { name, data, argument } = readLikelihood(text);
  return { name: text, data, ...likelihoodMakers[name](argument) };
}

/** Every likelihood that can be named, without argument. */
export const likelihoods: readonly Likelihood[] = likelihoodNames.map(parseLikelihood);
