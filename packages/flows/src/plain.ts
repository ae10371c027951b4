// A second door, for programs that must not load TensorFlow.js: the formulas of flows, read and checked.
export { type FlowName, flowNames } from './formula/flow-table.ts';
export {
  type FlowTerm,
  hasInverse,
  NarrowLatentError,
  readFlowFormula,
  readInvertibleFormula,
} from './formula/flow-terms.ts';
