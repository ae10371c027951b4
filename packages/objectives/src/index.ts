export { type Bound, elbo, type Objective } from './elbo.ts';
export { fitGeneralisedPareto, type GeneralisedPareto } from './generalised-pareto.ts';
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
