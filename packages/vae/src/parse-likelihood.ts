// Names of likelihoods such as `bernoulli` or `gaussian(0.1)`: one parser over one table, for the command line and config files.
import { ExpectationError } from '@flowvae/tensor';
import type { Likelihood } from './likelihood.ts';
import { type LikelihoodArgument, likelihoodTable } from './likelihood-table.ts';

/** The names, with the arguments that they take. */
export const likelihoodUsage: string = Object.entries(likelihoodTable)
  .map(([name, { argument }]) => (argument ? `${name}, ${name}(${argument.name})` : name))
  .join(', ');

/**
 * Parses the name of a likelihood, with an argument in parentheses where it takes one: `bernoulli`, `gaussian(0.1)`, `logistic-mixture(5)`.
 *
 * @throws ExpectationError where there is no such likelihood, or it does not take the argument
 */
export function parseLikelihood(text: string): Likelihood {
  const [, name = '', argumentText] = /^([a-z-]+)(?:\((.*)\))?$/.exec(text) ?? [];
  const row = Object.hasOwn(likelihoodTable, name) ? likelihoodTable[name] : undefined;
  if (!row || (argumentText !== undefined && !row.argument))
    throw refusal(text, `one of ${likelihoodUsage}`, `'${text}'`);
  if (argumentText === undefined) return { name: text, ...row.make() };
  return { name: text, ...row.make(parseArgument(text, argumentText, row.argument!)) };
}

/** Every likelihood that can be named, without argument. */
export const likelihoods: readonly Likelihood[] = Object.keys(likelihoodTable).map(parseLikelihood);

function parseArgument(text: string, given: string, { name, from, to, isWhole }: LikelihoodArgument): number {
  const pattern = isWhole ? /^\d+$/ : /^(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/;
  const value = pattern.test(given) ? Number(given) : Number.NaN;
  if (value >= from && value <= to) return value;
  throw refusal(text, `${name}, a ${isWhole ? 'whole ' : ''}number from ${from} to ${to}`, `'${given}'`);
}

const refusal = (text: string, expected: string, received: string) =>
  new ExpectationError({ where: `likelihood '${text}'`, expected, received });
