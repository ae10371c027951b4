export type {
  AnnealedEstimate,
  AnnealedImportance,
  DirectionEstimate,
  DirectionSummary,
} from './annealed-estimates.ts';
export { type AnnealedImportanceOptions, annealedImportance } from './annealed-importance.ts';
export { type BoundOnData, type BoundOnOptions, boundOn } from './bound-on.ts';
export type { Callback, FitStart, Moment } from './callback.ts';
export { type DataPoints, dataPoints } from './data-points.ts';
export { type Encoded, type EncodingsOptions, encodings } from './encodings.ts';
export { type EvaluateOptions, type Evaluation, evaluate, type ImportanceEstimate } from './evaluate.ts';
export { type FitOptions, type FitResult, fit } from './fit.ts';
export { type FitDensityOptions, fitDensity } from './fit-density.ts';
export { FlatParameters } from './flat-parameters.ts';
export type { Engine, Loss, StepValues } from './gradient-step.ts';
export type { HistoryEntry } from './history.ts';
export { type ArraySummary, inspectStep, type StepInspection } from './inspect-step.ts';
export { ACTIVE_VARIANCE, type LatentActivity, latentActivity } from './latent-activity.ts';
export { NonFiniteError, type NonFinitePlace } from './non-finite.ts';
export { type NonFinitePolicy, nonFinitePolicies } from './non-finite-policy.ts';
export {
  type AdamOptions,
  adam,
  chain,
  clipByGlobalNorm,
  type LearningRate,
  type Optimizer,
  type RmspropOptions,
  rmsprop,
  type SgdOptions,
  sgd,
} from './optimizer.ts';
export {
  type LayerStatistics,
  type PosteriorStatistics,
  type PosteriorStatisticsOptions,
  posteriorStatistics,
  type Spread,
} from './posterior-statistics.ts';
export { type InferenceGap, type InferenceGapsOptions, inferenceGaps } from './refine.ts';
export type { RunState } from './run-state.ts';
export { cosineDecay, linear, stepDecay } from './schedules.ts';
export { latents, logProbs, type SamplesOptions, samples, type TabulateOptions, tabulate } from './tabulate.ts';
export type { ValuesByName } from './training-state.ts';
export { drawNoise, type TrainingProblem, type VariationalOptions, variational } from './variational.ts';
