// A second door, for programs that must not load TensorFlow.js: errors, formulas and corrections of mistyped names.
export { type Expectation, ExpectationError } from './expectation-error.ts';
export { type FormulaArgument, FormulaCursor } from './formula-cursor.ts';
export { didYouMean, nearestName } from './nearest-name.ts';
