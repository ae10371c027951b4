// A second door, for programs that must not load TensorFlow.js: the formulas of flows, parsed and checked.
export { type FlowName, type FlowTable, flowNames, flowTable, type OwnFlowRow } from './formula/flow-table.ts';
export {
  type FlowTerm,
  hasInverse,
  type InvertibleTerm,
  NarrowLatentError,
  readFlowFormula,
  readFlowOrNone,
  readInvertibleFormula,
  readPriorOrNone,
} from './formula/flow-terms.ts';
