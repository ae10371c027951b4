// Every likelihood that can be named, as data that needs no tensor library. To add one: its distribution in a file of
// @flowvae/distributions, a row here, and its maker in likelihood-makers.ts.
import { didYouMean, ExpectationError } from '@flowvae/tensor/plain';

/**
 * The form of data: bits; grey values in [0, 1]; the 256 levels of a byte as grey values k/255; real numbers; columns
 * of a table, some of which are bits or one-hot categories.
 */
export type DataForm = 'bits' | 'grey' | 'levels' | 'real' | 'columns';

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
interface LikelihoodArgument {
  readonly name: string;
  readonly from: number;
  readonly to: number;
  readonly isWhole: boolean;
}

/** A row: the form of data, and the optional argument. */
interface LikelihoodRow {
  readonly data: DataForm;
  readonly argument?: LikelihoodArgument;
}

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

/** The names, with the arguments that they take. */
export const likelihoodUsage: string = Object.entries(likelihoodTable)
  .map(([name, { argument }]) => (argument ? `${name}, ${name}(${argument.name})` : name))
  .join(', ');

/** The contents of a likelihood's text. */
export interface LikelihoodTerms {
  readonly text: string;
  readonly name: LikelihoodName;
  readonly data: DataForm;
  /** Absent without an argument. */
  readonly argument?: number;
}

/**
 * Parses the name of a likelihood, with an optional argument in parentheses: `bernoulli`, `gaussian(0.1)`,
 * `logistic-mixture(5)`.
 *
 * @throws ExpectationError for an unknown likelihood, or an argument that it does not take
 */
export function readLikelihood(text: string): LikelihoodTerms {
  const [, stated, given] = /^([a-z-]+)(?:\((.*)\))?$/.exec(text) ?? [];
  const name = likelihoodNames.find((each) => each === stated);
  const expected = `one of ${likelihoodUsage}`;
  if (name === undefined) {
    const remedy = didYouMean(text.replace(/\(.*$/s, ''), likelihoodNames);
    throw refusal(text, { expected, received: `'${text}'`, remedy });
  }
  const { data, argument } = likelihoodTable[name];
  if (given === undefined) return { text, name, data };
  if (!argument) throw refusal(text, { expected, received: `'${text}'` });
  return { text, name, data, argument: readArgument(text, given, argument) };
}

function readArgument(text: string, given: string, { name, from, to, isWhole }: LikelihoodArgument): number {
  const pattern = isWhole ? /^\d+$/ : /^(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/;
  const value = pattern.test(given) ? Number(given) : Number.NaN;
  if (value >= from && value <= to) return value;
  const expected = `${name}, a ${isWhole ? 'whole ' : ''}number from ${from} to ${to}`;
  throw refusal(text, { expected, received: `'${given}'` });
}

const refusal = (text: string, parts: { expected: string; received: string; remedy?: string }) =>
  new ExpectationError({ where: `likelihood '${text}'`, ...parts });
