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

/** `logLikelihood -76.1 + logPrior -56.3 - logBase -39.6 + logDet -3.8`: what the bound's terms add up to it by, others left out. */
export function describeBoundSum(terms: Readonly<Record<string, number>>, digits: number): string {
  const parts = Object.entries(terms).filter(([name]) => isPartOfBound(name));
  return parts
    .map(([name, value], i) => {
      const sign = i === 0 ? (signs[name] === '-' ? '-' : '') : `${signs[name]} `;
      return `${sign}${name} ${value.toFixed(digits)}`;
    })
    .join(' ');
}
