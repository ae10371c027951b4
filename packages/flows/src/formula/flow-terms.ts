// Flow formulas such as `planar*10`, `planar*8-radial*2` or `sylvester-o(8)*4`, parsed with the table alone: one
// grammar for the command line, config files and `parseFlow`, which makes flows from the terms.
import { didYouMean, ExpectationError, FormulaCursor, nearestName } from '@flowvae/tensor/plain';
import type { FlowArgument } from './flow-argument.ts';
import { type FlowRow, type FlowTable, flowTable, type OwnFlowRow } from './flow-table.ts';
import { pictureIn } from './picture-arguments.ts';

/** Limit on the layers of one term, above every experiment; it catches typing errors. */
const MOST_LAYERS = 1024;

const grammarOf = (names: readonly string[]) =>
  `terms joined by '-', each a flow (${names.join(', ')}) with optional '(arguments)' and an optional '*count'`;

/** A term of a formula. */
export interface FlowTerm {
  readonly name: string;
  /** The number after `*`, 1 if absent. */
  readonly count: number;
  /** A value for every declared argument. */
  readonly args: Readonly<Record<string, number>>;
  /** Layers that stand before the term in its formula. */
  readonly before: number;
  /** The place of its first character, from 0. */
  readonly at: number;
  readonly text: string;
  readonly hasInverse: boolean;
  /** The flow maps onto a part of R^D only. */
  readonly image?: 'part';
  /** The row of a flow that makes itself; absent for a built-in flow. */
  readonly row?: OwnFlowRow;
}

/** A term whose flow has an inverse. */
export type InvertibleTerm = FlowTerm & { readonly hasInverse: true };

/** The error for a latent that is too narrow for a flow of a formula. */
export class NarrowLatentError extends ExpectationError {
  override readonly name = 'NarrowLatentError';
  /** The narrowest latent for the flow. */
  readonly fewest: number;

  constructor(formula: string, flow: string, { fewest, dim }: { readonly fewest: number; readonly dim: number }) {
    super({
      where: `flow formula '${formula}'`,
      expected: `a latent of at least ${fewest} dimensions for ${flow}`,
      received: String(dim),
    });
    this.fewest = fewest;
  }
}

/**
 * Parses a formula: terms joined by `-` are applied from left to right; `*n` repeats a term, each time with its own
 * parameters, and numbers in parentheses are the flow's arguments.
 *
 * @param formula e.g. `planar*10`
 * @param dim the latent's width
 * @param table the flows that can be named. Default: the built-in ones
 * @throws ExpectationError that points at the first character that is wrong; NarrowLatentError if the latent is too
 * narrow for a flow
 */
export function readFlowFormula(formula: string, dim: number, table: FlowTable = flowTable): FlowTerm[] {
  const names = Object.keys(table);
  const grammar = grammarOf(names);
  const cursor = new FormulaCursor('flow formula', formula);
  const terms: FlowTerm[] = [];
  let before = 0;
  do {
    const at = cursor.at;
    const name = cursor.name(names, grammar);
    const row = table[name]!;
    const { args: declared = [], fewest = 1 } = row;
    if (dim < fewest) throw new NarrowLatentError(formula, name, { fewest, dim });
    const args = flowArguments(cursor, declared, dim);
    if (row.isOfPictures) refuseOtherPicture(args, dim, () => new FormulaCursor('flow formula', formula, at));
    const count = cursor.takes('*') ? cursor.number({ name: 'a count', from: 1, to: MOST_LAYERS }) : 1;
    if (!cursor.isAtEnd && !cursor.sees('-')) throw cursor.refusal(grammar, cursor.rest(/^[^-]*/));
    const text = formula.slice(at, cursor.at);
    const { hasInverse = true, image } = row;
    terms.push({
      name,
      count,
      args,
      before,
      at,
      text,
      hasInverse,
      ...(image && { image }),
      ...(isOwn(row) && { row }),
    });
    before += count;
  } while (cursor.takes('-'));
  return terms;
}

/** @throws ExpectationError for a picture that has not as many numbers as the latent */
function refuseOtherPicture(args: FlowTerm['args'], dim: number, cursor: () => FormulaCursor): void {
  const [height, width, channels] = pictureIn(args);
  if (height * width * channels === dim) return;
  const expected = `(height,width,channels) of a picture of ${dim} numbers, the latent's width`;
  throw cursor().refusal(expected, `${height},${width},${channels}`);
}

const isOwn = (row: FlowRow): row is OwnFlowRow => 'make' in row;

/**
 * Like {@link readFlowFormula}, for places that need an inverse, such as a prior.
 *
 * @throws ExpectationError that points at the first term without one
 */
export function readInvertibleFormula(formula: string, dim: number, table?: FlowTable): InvertibleTerm[] {
  return readFlowFormula(formula, dim, table).map((term) => {
    if (hasInverse(term)) return term;
    throw new FormulaCursor('flow formula', formula, term.at).refusal('flows that have an inverse', term.text);
  });
}

/** Instead of a formula: no flow at all. */
const NONE = 'none';

/** Like {@link readFlowFormula}; undefined for `none`, which is no flow. */
export const readFlowOrNone = (formula: string, dim: number, table?: FlowTable): FlowTerm[] | undefined =>
  orNone(formula, () => readFlowFormula(formula, dim, table));

/**
 * Like {@link readInvertibleFormula}, for a prior; undefined for `none`, which is no flow.
 *
 * @throws ExpectationError that points at the first term without an inverse, or onto a part of R^D: a posterior would
 * have draws where such a prior's density is 0
 */
export const readPriorOrNone = (formula: string, dim: number, table?: FlowTable): InvertibleTerm[] | undefined =>
  orNone(formula, () => {
    const terms = readInvertibleFormula(formula, dim, table);
    const narrow = terms.find(({ image }) => image === 'part');
    if (narrow === undefined) return terms;
    throw new FormulaCursor('flow formula', formula, narrow.at).refusal(
      'flows onto all of R^D in a prior',
      narrow.text,
    );
  });

/** A word that is nearer to `none` than to any flow is one mistyped. */
function orNone<T>(formula: string, read: () => T): T | undefined {
  if (formula === NONE) return undefined;
  try {
    return read();
  } catch (error) {
    if (!(error instanceof ExpectationError) || error.remedy || nearestName(formula, [NONE]) === undefined) throw error;
    throw new ExpectationError({ ...error, remedy: didYouMean(formula, [NONE]) });
  }
}

/** Whether the flow of a term has an inverse. */
export const hasInverse = (term: FlowTerm): term is InvertibleTerm => term.hasInverse;

/** Parses `(8, …)` by the flow's declared arguments and their defaults. */
function flowArguments(cursor: FormulaCursor, declared: readonly FlowArgument[], dim: number): Record<string, number> {
  const sized = (bound: number | ((dim: number) => number)) => (typeof bound === 'number' ? bound : bound(dim));
  return cursor.args(
    declared.map(({ fallback, to, ...rest }) => ({ ...rest, fallback: sized(fallback), to: sized(to) })),
    'a flow that takes arguments',
  );
}
