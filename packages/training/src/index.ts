export type {
  AnnealedEstimate,
  AnnealedImportance,
  DirectionEstimate,
  DirectionSummary,
} from './annealed-estimates.ts';
export { type AnnealedImportanceOptions, annealedImportance } from './annealed-importance.ts';
export { type BoundOnData, type BoundOnOptions, boundOn } from './bound-on.ts';
export { type Encoded, type EncodingsOptions, encodings } from './encodings.ts';
export { type EvaluateOptions, type Evaluation, evaluate, type ImportanceEstimate } from './evaluate.ts';
export { NonFiniteError, type NonFinitePlace } from './finite/non-finite.ts';
export { type NonFinitePolicy, nonFinitePolicies } from './finite/non-finite-policy.ts';
export { ACTIVE_VARIANCE, type LatentActivity, latentActivity } from './latent-activity.ts';
export type { Callback, FitStart, Moment } from './loop/callback.ts';
export { type DataPoints, dataPoints } from './loop/data-points.ts';
export { type FitOptions, type FitResult, fit } from './loop/fit.ts';
export { type FitDensityOptions, fitDensity } from './loop/fit-density.ts';
export type { HistoryEntry } from './loop/history.ts';
export type { RunState } from './loop/run-state.ts';
export { cosineDecay, linear, stepDecay } from './loop/schedules.ts';
export { drawNoise, type TrainingProblem, type VariationalOptions, variational } from './loop/variational.ts';
export { FlatParameters } from './memory/flat-parameters.ts';
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
} from './memory/optimizer.ts';
export type { ValuesByName } from './memory/training-state.ts';
export {
  type LayerStatistics,
  type PosteriorStatistics,
  type PosteriorStatisticsOptions,
  posteriorStatistics,
  type Spread,
} from './posterior-statistics.ts';
export { type InferenceGap, type InferenceGapsOptions, inferenceGaps } from './refine.ts';
export type { Engine, Loss, StepValues } from './steps/gradient-step.ts';
export { type ArraySummary, inspectStep, type StepInspection } from './steps/inspect-step.ts';
export { latents, logProbs, type SamplesOptions, samples, type TabulateOptions, tabulate } from './tabulate.ts';
