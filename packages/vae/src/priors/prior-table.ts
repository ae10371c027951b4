// Priors that are no flows and can be named, as data that needs no tensor library. To add one: a row here, and its
// maker in prior-makers.ts.
import { ExpectationError } from '@flowvae/tensor/plain';

/** The whole number in a prior's parentheses. */
interface PriorArgument {
  readonly name: string;
  readonly from: number;
  readonly to: number;
}

/** A row: the argument, and whether the prior is made of posteriors of data. */
interface PriorRow {
  readonly argument: PriorArgument;
  /** Whether it needs an amortised posterior and rows of data to start from. */
  readonly usesEncoder: boolean;
}

const rows = {
  mixture: { argument: { name: 'components', from: 1, to: 10_000 }, usesEncoder: false },
  vamp: { argument: { name: 'pseudo-inputs', from: 1, to: 10_000 }, usesEncoder: true },
} as const satisfies Readonly<Record<string, PriorRow>>;

/** A name in the table. */
export type PriorName = keyof typeof rows;

/** The table. */
export const priorTable: Readonly<Record<PriorName, PriorRow>> = rows;

const names = Object.keys(rows) as readonly PriorName[];

/** The names, with the arguments that they take. */
export const priorUsage: string = names.map((name) => `${name}(${priorTable[name].argument.name})`).join(', ');

/** The contents of a prior's text. */
export interface PriorTerm {
  readonly text: string;
  readonly name: PriorName;
  /** Components or pseudo-inputs K. */
  readonly count: number;
  readonly usesEncoder: boolean;
}

/**
 * Parses `mixture(20)` or `vamp(500)`; undefined for a text that begins with no name of the table, such as a flow
 * formula.
 *
 * @throws ExpectationError for a missing argument, or one that the prior does not take
 */
export function readPrior(text: string): PriorTerm | undefined {
  const [, stated, given] = /^([a-z-]+)(?:\((.*)\))?$/s.exec(text) ?? [];
  const name = names.find((each) => each === stated);
  if (name === undefined) return undefined;
  const { argument, usesEncoder } = priorTable[name];
  const count = /^\d+$/.test(given ?? '') ? Number(given) : Number.NaN;
  if (count >= argument.from && count <= argument.to) return { text, name, count, usesEncoder };
  throw new ExpectationError({
    where: `prior '${text}'`,
    expected: `${name}(${argument.name}) with a whole number from ${argument.from} to ${argument.to}`,
    received: given === undefined ? 'no number' : `'${given}'`,
  });
}
