// Which flows of the table a prior can take.
import { isInvertible, parseFlow } from '@flowvae/flows';
import { readFlowFormula } from '../../packages/flows/src/formula/flow-terms.ts';

/** A prior's density needs an inverse at every point, and a flow onto a part of R^D has none outside this part. */
export const fitsPrior = (formula: string, dim: number): boolean =>
  isInvertible(parseFlow(formula, dim)) && readFlowFormula(formula, dim).every(({ image }) => image !== 'part');
