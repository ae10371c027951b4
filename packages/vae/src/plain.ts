// A second door, for programs that must not load TensorFlow.js: the names of likelihoods, parsed and checked, and those
// of networks.
export { architectures } from './architectures.ts';
export {
  acceptsForm,
  type DataForm,
  type LikelihoodTerms,
  likelihoodNames,
  likelihoodTable,
  likelihoodUsage,
  readLikelihood,
} from './likelihood-table.ts';
