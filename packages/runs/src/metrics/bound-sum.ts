// The ELBO as the sum that it is: its terms with their signs.

/** ELBO = logLikelihood + logPrior − logBase + logDet, or logLikelihood − kl where the divergence is in closed form. */
const signs: Readonly<Record<string, '+' | '-'>> = {
  logLikelihood: '+',
  logPrior: '+',
  logBase: '-',
  logDet: '+',
  kl: '-',
};

/** Whether a term is one that the ELBO is the sum of; others are bounds of their own. */
export const isPartOfBound = (name: string): boolean => Object.hasOwn(signs, name);

/**
 * `logLikelihood -76.1 + logPrior -56.3 - logBase -39.6 + logDet -3.8`: what the bound's terms add up to it by, others
 * left out.
 */
export function describeBoundSum(terms: Readonly<Record<string, number>>, digits: number): string {
  return Object.entries(terms)
    .filter(([name]) => isPartOfBound(name))
    .map(([name, value]) => `${signs[name]} ${name} ${value.toFixed(digits)}`)
    .join(' ')
    .replace(/^\+ /, ''); // a sum does not begin with a plus
}
