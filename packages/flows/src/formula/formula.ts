// From a flow formula to a flow.
import { chain } from '../compose/chain.ts';
import type { Flow, InvertibleFlow } from '../flow.ts';
import { flowMakers } from './flow-makers.ts';
import { readFlowFormula, readInvertibleFormula } from './flow-terms.ts';

/** Options of {@link parseFlow}. */
export interface FormulaOptions {
  /** Width of the features that networks inside the flow take; default 0, none. */
  readonly contextWidth?: number;
}

/**
 * Makes the flow of a formula, of the layers that {@link readFlowFormula} reads in it.
 *
 * @param formula e.g. `planar*10`
 * @param dim the latent's width
 * @throws ExpectationError that points at the character where the formula ends to be one; NarrowLatentError where a flow takes no latent so narrow
 */
export function parseFlow(formula: string, dim: number, { contextWidth = 0 }: FormulaOptions = {}): Flow {
  const links = readFlowFormula(formula, dim).map((term) => flowMakers[term.name]({ ...term, dim, contextWidth }));
  return links.length === 1 ? links[0]! : chain(links);
}

/**
 * Like {@link parseFlow}, for places that need an inverse, such as a prior.
 *
 * @throws ExpectationError that points at the first term without one
 */
export function parseInvertibleFlow(
  formula: string,
  dim: number,
  { contextWidth = 0 }: FormulaOptions = {},
): InvertibleFlow {
  const links = readInvertibleFormula(formula, dim).map((term) =>
    flowMakers[term.name]({ ...term, dim, contextWidth }),
  );
  return links.length === 1 ? links[0]! : chain(links);
}
