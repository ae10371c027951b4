// Every constraint, as data: its formula, and its float64 reference.
import * as reference from '../reference/constraints.ts';

/** A constraint's facts. */
export interface ConstraintCase {
  readonly formula: string;
  readonly freeWidth: number;
  readonly shape: readonly number[];
  readonly reference: reference.ConstraintReference;
}

export const constraintCases: readonly ConstraintCase[] = [
  { formula: 'real', freeWidth: 1, shape: [], reference: reference.real(1) },
  { formula: 'real[3]', freeWidth: 3, shape: [3], reference: reference.real(3) },
  { formula: 'positive', freeWidth: 1, shape: [], reference: reference.positive(1) },
  { formula: 'positive[3]', freeWidth: 3, shape: [3], reference: reference.positive(3) },
  { formula: 'interval(-1.5, 3)', freeWidth: 1, shape: [], reference: reference.interval(-1.5, 3, 1) },
  { formula: 'interval(0, 1)[4]', freeWidth: 4, shape: [4], reference: reference.interval(0, 1, 4) },
  { formula: 'simplex(2)', freeWidth: 1, shape: [2], reference: reference.simplex(2) },
  { formula: 'simplex(5)', freeWidth: 4, shape: [5], reference: reference.simplex(5) },
  { formula: 'ordered(2)', freeWidth: 2, shape: [2], reference: reference.ordered(2) },
  { formula: 'ordered(4)', freeWidth: 4, shape: [4], reference: reference.ordered(4) },
  { formula: 'lowerCholesky(1)', freeWidth: 1, shape: [1, 1], reference: reference.lowerCholesky(1) },
  { formula: 'lowerCholesky(3)', freeWidth: 6, shape: [3, 3], reference: reference.lowerCholesky(3) },
];
