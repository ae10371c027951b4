export {
  type AnnealedInputs,
  type AnnealedState,
  type AnnealingPath,
  annealedStart,
  annealedTransition,
  fromPosterior,
  fromPrior,
  sigmoidTemperatures,
} from './annealing.ts';
export { type Bound, elbo, type Objective } from './elbo.ts';
export { fitGeneralisedPareto, type GeneralisedPareto } from './generalised-pareto.ts';
export {
  type HmcInputs,
  type HmcTransition,
  hmcTransition,
  type LogDensity,
  leapfrog,
  type PhasePoint,
} from './hmc.ts';
export { importanceChunk, LogMeanExp } from './importance-sampling.ts';
export type { LatentModel } from './latent-model.ts';
export {
  annealJoint,
  type LogDensities,
  logWeight,
  paperSchedule,
  type Schedule,
  scoreSample,
  type Tempering,
  untempered,
  warmUpKl,
} from './log-weight.ts';
export { paretoK, paretoKThreshold, WeightTail } from './pareto-k.ts';
