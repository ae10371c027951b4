// Flow formulas such as `planar*10`, `planar*8-radial*2` or `sylvester-o(8)*4`: one parser over one table, for the command line and config files.
import { ExpectationError, FormulaCursor } from '@flowvae/tensor';
import { chain } from '../compose/chain.ts';
import { type Flow, type InvertibleFlow, isInvertible } from '../flow.ts';
import { type FlowArgument, flowTable } from './flow-table.ts';

/** Layers of one term; a limit that a typing error exceeds and an experiment does not. */
const MOST_LAYERS = 1024;

const grammar = `terms joined by '-', each a flow (${Object.keys(flowTable).join(', ')}) with optional '(arguments)' and an optional '*count'`;

/** Options of {@link parseFlow}. */
export interface FormulaOptions {
  /** Width of the features that networks inside the flow take; default 0, none. */
  readonly contextWidth?: number;
}

/** A latent that is narrower than a flow of a formula takes. */
export class NarrowLatentError extends ExpectationError {
  override readonly name = 'NarrowLatentError';
  /** The narrowest latent that the flow takes. */
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
 * Parses a formula into a flow: terms joined by `-` are applied from left to right; `*n` repeats a term with parameters of its own, and
 * numbers in parentheses are the flow's arguments.
 *
 * @param formula e.g. `planar*10`
 * @param dim the latent's width
 * @throws ExpectationError that points at the character where the formula ends to be one; NarrowLatentError where a flow takes no latent so narrow
 */
export function parseFlow(formula: string, dim: number, options: FormulaOptions = {}): Flow {
  const links = parseTerms(formula, dim, options).map(({ flow }) => flow);
  return links.length === 1 ? links[0]! : chain(links);
}

/**
 * Like {@link parseFlow}, for places that need an inverse, such as a prior.
 *
 * @throws ExpectationError that points at the first term without one
 */
export function parseInvertibleFlow(formula: string, dim: number, options: FormulaOptions = {}): InvertibleFlow {
  const links = parseTerms(formula, dim, options).map(({ flow, at, text }) => {
    if (isInvertible(flow)) return flow;
    throw new FormulaCursor('flow formula', formula, at).refusal('flows that have an inverse', text);
  });
  return links.length === 1 ? links[0]! : chain(links);
}

interface ParsedTerm {
  readonly flow: Flow;
  readonly at: number;
  readonly text: string;
}

function parseTerms(formula: string, dim: number, { contextWidth = 0 }: FormulaOptions): ParsedTerm[] {
  const cursor = new FormulaCursor('flow formula', formula);
  const terms: ParsedTerm[] = [];
  let before = 0;
  do {
    const at = cursor.at;
    const name = cursor.name(names, grammar);
    const { args: declared = [], fewest = 1, make } = flowTable[name]!;
    if (dim < fewest) throw new NarrowLatentError(formula, name, { fewest, dim });
    const args = flowArguments(cursor, declared, dim);
    const count = cursor.takes('*') ? cursor.number({ name: 'a count', from: 1, to: MOST_LAYERS }) : 1;
    if (!cursor.isAtEnd && !cursor.sees('-')) throw cursor.refusal(grammar, cursor.rest(/^[^-]*/));
    terms.push({ flow: make({ dim, count, before, args, contextWidth }), at, text: formula.slice(at, cursor.at) });
    before += count;
  } while (cursor.takes('-'));
  return terms;
}

const names = Object.keys(flowTable);

/** `(8, …)` by the arguments that the flow declares, or their defaults. */
function flowArguments(cursor: FormulaCursor, declared: readonly FlowArgument[], dim: number): Record<string, number> {
  const sized = (bound: number | ((dim: number) => number)) => (typeof bound === 'number' ? bound : bound(dim));
  return cursor.args(
    declared.map(({ name, fallback, from, to }) => ({ name, fallback: sized(fallback), from, to: sized(to) })),
    'a flow that takes arguments',
  );
}
