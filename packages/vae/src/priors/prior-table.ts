// Priors that are no flows and can be named, as data that needs no tensor library. To add one: a row here, and its
// maker in prior-makers.ts.
import type { Prior } from '@flowvae/flows';
import { ExpectationError } from '@flowvae/tensor/plain';
import type { PriorPlace } from './prior-choice.ts';

/** The whole number in a prior's parentheses. */
export interface PriorArgument {
  readonly name: string;
  readonly from: number;
  readonly to: number;
}

/** A row: the argument, if the name takes one, and whether the prior is made of posteriors of data. */
export interface PriorRow {
  readonly argument?: PriorArgument;
  /** Whether it needs an amortised posterior and rows of data, as many as the argument says, to start from. */
  readonly usesEncoder?: boolean;
}

/** A row of a table of one's own: it makes its prior itself. */
export interface OwnPriorRow extends PriorRow {
  /** The prior, with the number of the argument; 0 without one. */
  readonly make: (place: PriorPlace & { readonly count: number }) => Prior;
}

/** Priors that can be named. */
export type PriorTable = Readonly<Record<string, PriorRow>>;

const rows = {
  mixture: { argument: { name: 'components', from: 1, to: 10_000 }, usesEncoder: false },
  vamp: { argument: { name: 'pseudo-inputs', from: 1, to: 10_000 }, usesEncoder: true },
} as const satisfies PriorTable;

/** A name in the table. */
export type PriorName = keyof typeof rows;

/** The table. */
export const priorTable: Readonly<Record<PriorName, PriorRow>> = rows;

/** The names of a table, with the arguments that they take. */
export const priorsIn = (table: PriorTable): string =>
  Object.entries(table)
    .map(([name, { argument }]) => (argument ? `${name}(${argument.name})` : name))
    .join(', ');

/** The contents of a prior's text. */
export interface PriorTerm {
  readonly text: string;
  readonly name: string;
  /** Components or pseudo-inputs K; 0 for a prior without an argument. */
  readonly count: number;
  readonly usesEncoder: boolean;
  /** The row of a prior that makes itself; absent for a built-in one. */
  readonly row?: OwnPriorRow;
}

/**
 * Parses `mixture(20)` or `vamp(500)`; undefined for a text that begins with no name of the table, such as a flow
 * formula.
 *
 * @param table the priors that can be named. Default: the built-in ones
 * @throws ExpectationError for a missing argument, or one that the prior does not take
 */
export function readPrior(text: string, table: PriorTable = priorTable): PriorTerm | undefined {
  const [, name = '', given] = /^([a-z][a-z0-9-]*)(?:\((.*)\))?$/s.exec(text) ?? [];
  const row = Object.hasOwn(table, name) ? table[name] : undefined;
  if (row === undefined) return undefined;
  const { argument, usesEncoder = false } = row;
  return { text, name, count: countOf(text, given, { name, argument }), usesEncoder, ...(isOwn(row) && { row }) };
}

const isOwn = (row: PriorRow): row is OwnPriorRow => 'make' in row;

function countOf(
  text: string,
  given: string | undefined,
  { name, argument }: { readonly name: string; readonly argument: PriorArgument | undefined },
): number {
  if (!argument && given === undefined) return 0;
  const count = /^\d+$/.test(given ?? '') ? Number(given) : Number.NaN;
  if (argument && count >= argument.from && count <= argument.to) return count;
  throw new ExpectationError({
    where: `prior '${text}'`,
    expected: argument
      ? `${name}(${argument.name}) with a whole number from ${argument.from} to ${argument.to}`
      : `${name}, which takes no argument`,
    received: given === undefined ? 'no number' : `'${given}'`,
  });
}
