export type { Likelihood, LikelihoodParams, LikelihoodStart } from './likelihoods/likelihood.ts';
export {
  acceptsForm,
  type DataForm,
  type LikelihoodArgument,
  type LikelihoodRow,
  type LikelihoodTable,
  type LikelihoodTerms,
  likelihoodTable,
  likelihoodUsage,
  type OwnLikelihoodRow,
} from './likelihoods/likelihood-table.ts';
export { type LikelihoodData, likelihoods, makeLikelihood, parseLikelihood } from './likelihoods/parse-likelihood.ts';
export { type MlpVae, type MlpVaeOptions, mlpVae, type NetworkVaeOptions, networkVae } from './models/mlp-vae.ts';
export {
  asMlpVae,
  hasStandardPrior,
  inferenceOf,
  isObservable,
  isParametric,
  type Model,
  type ModelAtRows,
  type ObservableModel,
  observable,
  type ParametricModel,
  priorOf,
  reconstructed,
} from './models/model.ts';
export type { ConditionalPriorChoice } from './models/prior-of-options.ts';
export { type TwoLayerVaeOptions, twoLayerVae } from './models/two-layer-vae.ts';
export { type DropoutWidths, type ObservationModel, type Vae, type VaeAt, type VaeParts, vae } from './models/vae.ts';
export { type ArchitectureName, architectures } from './networks/architectures.ts';
export { makerOf } from './networks/maker-of.ts';
export { Maxout } from './networks/maxout.ts';
export {
  type Activation,
  MAXOUT_WINDOW,
  type Mlp,
  type MlpOptions,
  mlp,
  type Network,
  type NetworkPass,
} from './networks/network.ts';
export { networkMakers } from './networks/network-makers.ts';
export type { DecoderOutputs, NetworkMaker, NetworkPair, NetworkPairOptions } from './networks/network-pair.ts';
export {
  type FixedNetwork,
  type NetworkName,
  type NetworkRow,
  type NetworkTable,
  networkTable,
  type OwnNetworkRow,
} from './networks/network-table.ts';
export { type LayersNetworkOptions, network } from './networks/own/network.ts';
export { perceptrons } from './networks/perceptrons.ts';
export { convolutional } from './networks/pictures/convolutional.ts';
export { gatedConvolutional } from './networks/pictures/gated-convolutional.ts';
export { residualConvolutional } from './networks/pictures/residual.ts';
export { type MixturePriorOptions, mixturePrior } from './priors/mixture-prior.ts';
export type { PriorChoice, PriorPlace } from './priors/prior-choice.ts';
export { makePrior, parsePrior } from './priors/prior-makers.ts';
export {
  type OwnPriorRow,
  type PriorArgument,
  type PriorRow,
  type PriorTable,
  type PriorTerm,
  priorTable,
} from './priors/prior-table.ts';
export { type VampPriorOptions, vampPrior } from './priors/vamp-prior.ts';
export { type Condition, conditionWidth } from './rows/condition.ts';
export { layoutRows, maskedRows, type Named, type Observed, type RowReading } from './rows/row-reading.ts';
export { isInFixedUnits, type Standardisation } from './rows/standardisation.ts';
