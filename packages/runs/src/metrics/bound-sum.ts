// The ELBO written as the signed sum of its terms.

/** ELBO = logLikelihood + logPrior − logBase + logDet, or logLikelihood − kl if the divergence is in closed form. */
const signs: Readonly<Record<string, '+' | '-'>> = {
  logLikelihood: '+',
  logPrior: '+',
  logBase: '-',
  logDet: '+',
  kl: '-',
};

/** Whether a term is part of the ELBO's sum; other entries are bounds of their own. */
export const isPartOfBound = (name: string): boolean => Object.hasOwn(signs, name);

/**
 * `logLikelihood -76.1 + logPrior -56.3 - logBase -39.6 + logDet -3.8`: the terms of the bound's sum, without other
 * entries.
 */
export function describeBoundSum(terms: Readonly<Record<string, number>>, digits: number): string {
  return Object.entries(terms)
    .filter(([name]) => isPartOfBound(name))
    .map(([name, value]) => `${signs[name]} ${name} ${value.toFixed(digits)}`)
    .join(' ')
    .replace(/^\+ /, ''); // a sum does not begin with a plus
}
