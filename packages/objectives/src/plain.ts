// A second door, for programs that must not load TensorFlow.js: the names of objectives, parsed and checked.
export { gradients, type ObjectiveTerms, objectiveNames, readObjective } from './formula/objective-table.ts';
