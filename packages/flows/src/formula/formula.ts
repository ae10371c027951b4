// From a flow formula to a flow.
import { chain } from '../compose/chain.ts';
import type { Flow, InvertibleFlow } from '../flow.ts';
import { flowMakers } from './flow-makers.ts';
import type { InvertibleName } from './flow-table.ts';
import { type FlowTerm, readFlowFormula, readInvertibleFormula } from './flow-terms.ts';

/** Options of {@link makeFlow}. */
export interface FormulaOptions {
  /** Width of the features that networks inside the flow take; default 0, none. */
  readonly contextWidth?: number;
}

/**
 * The flow of terms that were parsed before, for the same width of the latent; it has an inverse if each term has one.
 */
export function makeFlow(
  terms: readonly FlowTerm<InvertibleName>[],
  dim: number,
  options?: FormulaOptions,
): InvertibleFlow;
export function makeFlow(terms: readonly FlowTerm[], dim: number, options?: FormulaOptions): Flow;
export function makeFlow(terms: readonly FlowTerm[], dim: number, { contextWidth = 0 }: FormulaOptions = {}): Flow {
  const links = terms.map((term) => flowMakers[term.name]({ ...term, dim, contextWidth }));
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
export const parseFlow = (formula: string, dim: number, options: FormulaOptions = {}): Flow =>
  makeFlow(readFlowFormula(formula, dim), dim, options);

/**
 * Like {@link parseFlow}, for places that need an inverse, such as a prior.
 *
 * @throws ExpectationError that points at the first term without one
 */
export const parseInvertibleFlow = (formula: string, dim: number, options: FormulaOptions = {}): InvertibleFlow =>
  makeFlow(readInvertibleFormula(formula, dim), dim, options);
