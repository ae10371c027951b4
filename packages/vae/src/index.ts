export { type ArchitectureName, architectures } from './architectures.ts';
export type { Likelihood, LikelihoodParams, LikelihoodStart } from './likelihood.ts';
export { type DataForm, type LikelihoodTerms, likelihoodUsage } from './likelihood-table.ts';
export { Maxout } from './maxout.ts';
export { type MlpVae, type MlpVaeOptions, mlpVae } from './mlp-vae.ts';
export { type Activation, MAXOUT_WINDOW, type MlpOptions, mlp, type Network } from './network.ts';
export { likelihoods, makeLikelihood, parseLikelihood } from './parse-likelihood.ts';
export { type ObservationModel, type Vae, type VaeParts, vae } from './vae.ts';
