// Every likelihood that can be named, as data that needs no tensor library. To add one: its distribution in a file of
// @flowvae/distributions, a row here, and its maker in likelihood-makers.ts or count-makers.ts.
import { didYouMean, ExpectationError } from '@flowvae/tensor/plain';
import { type ChoiceText, readChoices } from './column-choices.ts';
import type { DataForm } from './data-form.ts';
import type { Likelihood } from './likelihood.ts';

export type { DataForm } from './data-form.ts';

/** The forms of data that a likelihood of a form can describe. */
const accepted: Readonly<Record<DataForm, readonly DataForm[]>> = {
  bits: ['bits'],
  grey: ['grey', 'levels'],
  levels: ['levels'],
  real: ['real', 'grey', 'levels', 'counts'],
  counts: ['counts'],
  columns: ['columns', 'real', 'grey'],
};

/** All forms of data. */
export const dataForms = Object.keys(accepted) as readonly DataForm[];

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

/** A row: the form of data, and the argument or covariate that may stand in parentheses. */
export interface LikelihoodRow {
  readonly data: DataForm;
  readonly argument?: LikelihoodArgument;
  /** A covariate that it can use. */
  readonly covariate?: string;
}

/** A row of a table of one's own: it makes its likelihood itself. */
export interface OwnLikelihoodRow extends LikelihoodRow {
  /** The likelihood, without the fields that the formula and the row give. */
  readonly make: (terms: Pick<LikelihoodTerms, 'argument' | 'covariate'>) => Omit<Likelihood, 'name' | 'data'>;
}

/** Likelihoods that can be named. */
export type LikelihoodTable = Readonly<Record<string, LikelihoodRow>>;

/** The covariate of counts: a row's total, which its shares are multiplied by. */
export const LIBRARY = 'library';

const rows = {
  bernoulli: { data: 'bits' },
  'continuous-bernoulli': { data: 'grey' },
  gaussian: { data: 'real', argument: { name: 'scale', from: 1e-3, to: 1e3, isWhole: false } },
  'logit-normal': { data: 'grey' },
  categorical: { data: 'levels' },
  'logistic-mixture': { data: 'levels', argument: { name: 'components', from: 1, to: 100, isWhole: true } },
  'student-t': { data: 'real', argument: { name: 'dof', from: 1, to: 1000, isWhole: false } },
  laplace: { data: 'real' },
  poisson: { data: 'counts', covariate: LIBRARY },
  'negative-binomial': { data: 'counts', covariate: LIBRARY },
  'zero-inflated-poisson': { data: 'counts', covariate: LIBRARY },
  'zero-inflated-negative-binomial': { data: 'counts', covariate: LIBRARY },
  columns: { data: 'columns' },
} as const satisfies LikelihoodTable;

/** A name in the table. */
export type LikelihoodName = keyof typeof rows;

/** The table. */
export const likelihoodTable: Readonly<Record<LikelihoodName, LikelihoodRow>> = rows;

/** All names, in the order of the table. */
export const likelihoodNames = Object.keys(likelihoodTable) as readonly LikelihoodName[];

/** The names of a table, with the arguments that they take. */
export const likelihoodsIn = (table: LikelihoodTable): string =>
  Object.entries(table)
    .map(([name, { argument, covariate, data }]) => {
      const inside = data === 'columns' ? 'name=likelihood, …' : (argument?.name ?? covariate);
      return inside ? `${name}, ${name}(${inside})` : name;
    })
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
  /** The covariate that it uses; absent: none. */
  readonly covariate?: string;
  /** The likelihoods of single columns; absent: each by its kind. */
  readonly choices?: readonly ColumnChoice[];
  /** The row of a likelihood that makes itself; absent for a built-in one. */
  readonly row?: OwnLikelihoodRow;
}

/** The likelihood of a column, or of all columns of numbers that are not named. */
export interface ColumnChoice {
  /** `*`: all others. */
  readonly column: string;
  readonly terms: LikelihoodTerms;
}

/**
 * Parses the name of a likelihood, with an optional argument in parentheses: `bernoulli`, `gaussian(0.1)`,
 * `logistic-mixture(5)`, `poisson(library)`, `columns(age=student-t(4), visits=poisson, *=laplace)`.
 *
 * @param table the likelihoods that can be named. Default: the built-in ones
 * @throws ExpectationError for an unknown likelihood, or an argument that it does not take
 */
export function readLikelihood(text: string, table: LikelihoodTable = likelihoodTable): LikelihoodTerms {
  const [, stated, given] = /^([a-z][a-z0-9-]*)(?:\((.*)\))?$/s.exec(text) ?? [];
  const names = Object.keys(table);
  const name = names.find((each) => each === stated);
  const expected = `one of ${likelihoodsIn(table)}`;
  if (name === undefined) {
    const remedy = didYouMean(text.replace(/\(.*$/s, ''), names);
    throw refusal(text, { expected, received: `'${text}'`, remedy });
  }
  const row = table[name]!;
  const { data, argument, covariate } = row;
  const terms = { text, name, data, ...(isOwn(row) && { row }) };
  if (given === undefined) return terms;
  if (data === 'columns' && !isOwn(row))
    return { ...terms, choices: readChoices(text, given).map(choiceOf(text, table)) };
  if (argument) return { ...terms, argument: readArgument(text, given, argument) };
  if (covariate !== undefined && given === covariate) return { ...terms, covariate };
  throw refusal(text, { expected: covariate ? `${name} or ${name}(${covariate})` : expected, received: `'${text}'` });
}

const isOwn = (row: LikelihoodRow): row is OwnLikelihoodRow => 'make' in row;

/**
 * Columns are scored one by one: levels belong to pictures, shares of a total to all columns together, and a row of
 * one's own does not say how its variables divide.
 */
const choiceOf =
  (whole: string, table: LikelihoodTable) =>
  ({ column, text }: ChoiceText): ColumnChoice => {
    const terms = readLikelihood(text, table);
    const { data, covariate, row } = terms;
    if (data !== 'columns' && data !== 'levels' && !covariate && !row) return { column, terms };
    throw refusal(whole, { expected: `a likelihood of single numbers for ${column}`, received: text });
  };

function readArgument(text: string, given: string, { name, from, to, isWhole }: LikelihoodArgument): number {
  const pattern = isWhole ? /^\d+$/ : /^(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/;
  const value = pattern.test(given) ? Number(given) : Number.NaN;
  if (value >= from && value <= to) return value;
  const expected = `${name}, a ${isWhole ? 'whole ' : ''}number from ${from} to ${to}`;
  throw refusal(text, { expected, received: `'${given}'` });
}

const refusal = (text: string, parts: { expected: string; received: string; remedy?: string }) =>
  new ExpectationError({ where: `likelihood '${text}'`, ...parts });
