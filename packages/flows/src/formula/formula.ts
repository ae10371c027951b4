// From a flow formula to a flow.
import { chain } from '../compose/chain.ts';
import type { Flow, InvertibleFlow } from '../flow.ts';
import { type FlowForm, flowMakers } from './flow-makers.ts';
import type { FlowName, FlowTable } from './flow-table.ts';
import { type FlowTerm, type InvertibleTerm, readFlowFormula, readInvertibleFormula } from './flow-terms.ts';
import { ownFlow } from './own-flow.ts';

/** Options of {@link makeFlow}; how networks compute is for all built-in flows of the formula. */
export interface FormulaOptions extends FlowForm {
  /** Width of the features that networks inside the flow take; default 0, none. */
  readonly contextWidth?: number;
}

/** Options of {@link parseFlow}. */
export interface ParseFlowOptions extends FormulaOptions {
  /** The flows that the formula can name: `{ ...flowTable, mine }`. Default: the built-in ones. */
  readonly table?: FlowTable;
}

/**
 * The flow of terms that were parsed before, for the same width of the latent; it has an inverse if each term has one.
 */
export function makeFlow(terms: readonly InvertibleTerm[], dim: number, options?: FormulaOptions): InvertibleFlow;
export function makeFlow(terms: readonly FlowTerm[], dim: number, options?: FormulaOptions): Flow;
export function makeFlow(terms: readonly FlowTerm[], dim: number, options: FormulaOptions = {}): Flow {
  const { contextWidth = 0, ...form } = options;
  // a term without a row of its own was named by the built-in table
  const links = terms.map((term) =>
    term.row
      ? ownFlow(term, term.row, { dim, contextWidth })
      : flowMakers[term.name as FlowName]({ ...term, form, dim, contextWidth }),
  );
  return links.length === 1 ? links[0]! : chain(links);
}

/**
 * Makes the flow of a formula from the terms of {@link readFlowFormula}.
 *
 * @param formula e.g. `planar*10`
 * @param dim the latent's width
 * @throws ExpectationError that points at the first character that is wrong; NarrowLatentError if the latent is too
 * narrow for a flow
 */
export const parseFlow = (formula: string, dim: number, { table, ...options }: ParseFlowOptions = {}): Flow =>
  makeFlow(readFlowFormula(formula, dim, table), dim, options);

/**
 * Like {@link parseFlow}, for places that need an inverse, such as a prior.
 *
 * @throws ExpectationError that points at the first term without one
 */
export const parseInvertibleFlow = (
  formula: string,
  dim: number,
  { table, ...options }: ParseFlowOptions = {},
): InvertibleFlow => makeFlow(readInvertibleFormula(formula, dim, table), dim, options);
