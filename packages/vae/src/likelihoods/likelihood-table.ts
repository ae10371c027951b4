// Every likelihood that can be named, as data that needs no tensor library. To add one: its distribution in a file of
// @flowvae/distributions, a row here, and its maker in likelihood-makers.ts.
import { didYouMean, ExpectationError } from '@flowvae/tensor/plain';
import type { DataForm } from './data-form.ts';
import type { Likelihood } from './likelihood.ts';

export type { DataForm } from './data-form.ts';

/** The forms of data that a likelihood of a form can describe. */
const accepted: Readonly<Record<DataForm, readonly DataForm[]>> = {
  bits: ['bits'],
  grey: ['grey', 'levels'],
  levels: ['levels'],
  real: ['real', 'grey', 'levels'],
  columns: ['columns', 'real', 'grey'],
};

/** Whether a likelihood, given by its row, terms or value, describes data of a form: `gaussian` does grey values. */
export const acceptsForm = ({ data }: { readonly data: DataForm }, form: DataForm): boolean =>
  accepted[data].includes(form);

/** The number that a name may carry in parentheses. */
export interface LikelihoodArgument {
  readonly name: string;
  readonly from: number;
  readonly to: number;
  readonly isWhole: boolean;
}

/** A row: the form of data, and the optional argument. */
export interface LikelihoodRow {
  readonly data: DataForm;
  readonly argument?: LikelihoodArgument;
}

/** A row of a table of one's own: it makes its likelihood itself. */
export interface OwnLikelihoodRow extends LikelihoodRow {
  /** The likelihood, without the fields that the formula and the row give. */
  readonly make: (terms: Pick<LikelihoodTerms, 'argument'>) => Omit<Likelihood, 'name' | 'data'>;
}

/** Likelihoods that can be named. */
export type LikelihoodTable = Readonly<Record<string, LikelihoodRow>>;

const rows = {
  bernoulli: { data: 'bits' },
  'continuous-bernoulli': { data: 'grey' },
  gaussian: { data: 'real', argument: { name: 'scale', from: 1e-3, to: 1e3, isWhole: false } },
  'logit-normal': { data: 'grey' },
  categorical: { data: 'levels' },
  'logistic-mixture': { data: 'levels', argument: { name: 'components', from: 1, to: 100, isWhole: true } },
  columns: { data: 'columns' },
} as const satisfies Readonly<Record<string, LikelihoodRow>>;

/** A name in the table. */
export type LikelihoodName = keyof typeof rows;

/** The table. */
export const likelihoodTable: Readonly<Record<LikelihoodName, LikelihoodRow>> = rows;

/** All names, in the order of the table. */
export const likelihoodNames = Object.keys(likelihoodTable) as readonly LikelihoodName[];

/** The names of a table, with the arguments that they take. */
export const likelihoodsIn = (table: LikelihoodTable): string =>
  Object.entries(table)
    .map(([name, { argument }]) => (argument ? `${name}, ${name}(${argument.name})` : name))
    .join(', ');

/** The built-in names, with the arguments that they take. */
export const likelihoodUsage: string = likelihoodsIn(likelihoodTable);

/** The contents of a likelihood's text. */
export interface LikelihoodTerms {
  readonly text: string;
  readonly name: string;
  readonly data: DataForm;
  /** Absent without an argument. */
  readonly argument?: number;
  /** The row of a likelihood that makes itself; absent for a built-in one. */
  readonly row?: OwnLikelihoodRow;
}

/**
 * Parses the name of a likelihood, with an optional argument in parentheses: `bernoulli`, `gaussian(0.1)`,
 * `logistic-mixture(5)`.
 *
 * @param table the likelihoods that can be named. Default: the built-in ones
 * @throws ExpectationError for an unknown likelihood, or an argument that it does not take
 */
export function readLikelihood(text: string, table: LikelihoodTable = likelihoodTable): LikelihoodTerms {
  const [, stated, given] = /^([a-z][a-z0-9-]*)(?:\((.*)\))?$/.exec(text) ?? [];
  const names = Object.keys(table);
  const name = names.find((each) => each === stated);
  const expected = `one of ${likelihoodsIn(table)}`;
  if (name === undefined) {
    const remedy = didYouMean(text.replace(/\(.*$/s, ''), names);
    throw refusal(text, { expected, received: `'${text}'`, remedy });
  }
  const row = table[name]!;
  const { data, argument } = row;
  const terms = { text, name, data, ...(isOwn(row) && { row }) };
  if (given === undefined) return terms;
  if (!argument) throw refusal(text, { expected, received: `'${text}'` });
  return { ...terms, argument: readArgument(text, given, argument) };
}

const isOwn = (row: LikelihoodRow): row is OwnLikelihoodRow => 'make' in row;

function readArgument(text: string, given: string, { name, from, to, isWhole }: LikelihoodArgument): number {
  const pattern = isWhole ? /^\d+$/ : /^(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/;
  const value = pattern.test(given) ? Number(given) : Number.NaN;
  if (value >= from && value <= to) return value;
  const expected = `${name}, a ${isWhole ? 'whole ' : ''}number from ${from} to ${to}`;
  throw refusal(text, { expected, received: `'${given}'` });
}

const refusal = (text: string, parts: { expected: string; received: string; remedy?: string }) =>
  new ExpectationError({ where: `likelihood '${text}'`, ...parts });
