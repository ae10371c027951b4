// Which likelihood each column of a table has. Neighbours with the same one are a run, which is computed together.
import type { ColumnLayout } from '@flowvae/distributions';
import { didYouMean, ExpectationError } from '@flowvae/tensor/plain';
import type { ColumnChoice, DataForm, LikelihoodName, LikelihoodTerms } from './likelihood-table.ts';

/** The columns of a table; names are needed only where the text chooses by them. */
export type NamedLayout = readonly (ColumnLayout[number] & { readonly name?: string })[];

/** Terms of a likelihood of single columns. */
type SingleTerms = LikelihoodTerms & { readonly name: Exclude<LikelihoodName, 'columns'> };

/** Neighbouring columns that one likelihood describes: one category, or columns of the same text. */
export interface ColumnRun {
  /** The first of its variables. */
  readonly at: number;
  readonly width: number;
  readonly form: DataForm;
  /** Undefined: a category. */
  readonly terms: SingleTerms | undefined;
  /** Before the names of its variables, which all runs of the same text share. */
  readonly prefix: string;
}

type Column = NamedLayout[number];

/** @throws ExpectationError for a choice without a column, or one that does not fit its column */
export function columnRuns(layout: NamedLayout, choices: readonly ColumnChoice[]): readonly ColumnRun[] {
  refuseUnknown(layout, choices);
  const others = choices.find(({ column }) => column === OTHERS)?.terms;
  const runs: ColumnRun[] = [];
  for (const column of layout) {
    const chosen = choices.find(({ column: name }) => name === column.name)?.terms;
    if (chosen) refuseMisfit(column, chosen);
    const next = runOf(column, (chosen ?? (column.kind === 'number' ? others : undefined)) as SingleTerms | undefined);
    const last = runs.at(-1);
    const isSame = next.terms !== undefined && last?.terms?.text === next.terms.text;
    if (isSame) runs[runs.length - 1] = { ...last!, width: last!.width + next.width };
    else runs.push(next);
  }
  return runs;
}

/** The name that stands for all columns of numbers without a choice of their own. */
const OTHERS = '*';

const usual = {
  number: { text: 'gaussian', name: 'gaussian', data: 'real' },
  bit: { text: 'bernoulli', name: 'bernoulli', data: 'bits' },
} as const satisfies Readonly<Record<string, SingleTerms>>;

function runOf({ kind, at, width }: Column, chosen: SingleTerms | undefined): ColumnRun {
  if (kind === 'category') return { at, width, form: 'bits', terms: undefined, prefix: 'category/' };
  const terms = chosen ?? usual[kind];
  // variables of the usual likelihood have the names that they had before others could be chosen
  return { at, width, form: terms.data, terms, prefix: terms.text === usual.number.text ? '' : `${terms.text}/` };
}

const refuse = (where: string, parts: { expected: string; received: string; remedy?: string }) => {
  throw new ExpectationError({ where: `likelihood columns: ${where}`, ...parts });
};

function refuseUnknown(layout: NamedLayout, choices: readonly ColumnChoice[]): void {
  const names = layout.map(({ name }) => name).filter((name) => name !== undefined);
  const unknown = choices.find(({ column }) => column !== OTHERS && !names.includes(column));
  if (!unknown) return;
  const remedy = didYouMean(unknown.column, names);
  refuse(`column "${unknown.column}"`, {
    expected: names.length > MOST_LISTED ? `one of ${names.length} columns` : `one of ${names.join(', ')}`,
    received: 'a name that no column has',
    ...(remedy ? { remedy } : {}),
  });
}

const MOST_LISTED = 20;

function refuseMisfit({ name, kind }: Column, { text, data }: LikelihoodTerms): void {
  const fits = { number: data !== 'bits', bit: data === 'bits' || data === 'counts', category: false }[kind];
  if (fits) return;
  const expected = {
    number: 'a likelihood of numbers or counts',
    bit: 'bernoulli, or a likelihood of counts',
    category: 'no choice: a category has a probability for each class',
  }[kind];
  refuse(`column "${name}", a ${kind}`, { expected, received: text });
}
