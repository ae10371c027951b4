// A second door, for programs that must not load TensorFlow.js: the names of likelihoods, parsed and checked, and those
// of networks.

export {
  acceptsForm,
  type DataForm,
  dataForms,
  type LikelihoodTable,
  type LikelihoodTerms,
  likelihoodsIn,
  likelihoodTable,
  likelihoodUsage,
  type OwnLikelihoodRow,
  readLikelihood,
} from './likelihoods/likelihood-table.ts';
export {
  type NetworkName,
  type NetworkRow,
  type NetworkTable,
  networkTable,
  type OwnNetworkRow,
} from './networks/network-table.ts';
export {
  type OwnPriorRow,
  type PriorTable,
  type PriorTerm,
  priorsIn,
  priorTable,
  readPrior,
} from './priors/prior-table.ts';
