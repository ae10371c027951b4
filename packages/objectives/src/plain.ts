// A second door, for programs that must not load TensorFlow.js: the names of objectives, parsed and checked.
export {
  gradients,
  type ObjectiveTable,
  type ObjectiveTerms,
  type OwnObjectiveRow,
  objectiveTable,
  readObjective,
} from './formula/objective-table.ts';
