export {
  type AnnealedInputs,
  type AnnealedState,
  type AnnealingPath,
  annealedStart,
  annealedTransition,
  fromPosterior,
  fromPrior,
  sigmoidTemperatures,
} from './annealed-importance.ts';
export { type BootstrapOptions, bootstrap, bootstrapNoise } from './covering/bootstrap.ts';
export { chi } from './covering/chi.ts';
export { inclusiveKl } from './covering/inclusive-kl.ts';
export { betaVae, elbo } from './elbo.ts';
export {
  makeObjective,
  type ObjectiveFormula,
  type ObjectiveOptions,
  parseObjective,
} from './formula/objective-formula.ts';
export {
  type Gradient,
  gradients,
  type ModelNeed,
  type ObjectiveName,
  type ObjectiveRow,
  type ObjectiveTable,
  type ObjectiveTerms,
  type OwnObjectiveRow,
  objectiveTable,
} from './formula/objective-table.ts';
export { freeBits, freeBitsInTotal } from './free-bits.ts';
export { fitGeneralisedPareto, type GeneralisedPareto, generalisedParetoQuantile } from './generalised-pareto.ts';
export {
  type HmcInputs,
  type HmcTransition,
  hmcTransition,
  type LeapfrogOptions,
  type LogDensity,
  leapfrog,
  type PhasePoint,
} from './hmc.ts';
export { importanceChunk, LogMeanExp } from './importance-sampling.ts';
export { iwae, renyi } from './importance-weighted.ts';
export type { FactorisedModel, LatentModel, ScorableModel } from './latent-model.ts';
export { type LogDensities, logWeight, scoreDraw, scoreSample } from './log-weight.ts';
export {
  type AnnealingSchedule,
  annealJoint,
  annealLikelihood,
  paperSchedule,
  type Tempering,
  untempered,
  warmUpKl,
} from './loss-annealing.ts';
export type { Bound, BoundOptions, Objective } from './objective.ts';
export {
  fitWeightTail,
  paretoK,
  paretoKThreshold,
  WeightTail,
  type WeightTailFit,
  weightTailLength,
} from './pareto-k.ts';
