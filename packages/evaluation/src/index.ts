export {
  type AnnealedImportanceOptions,
  annealedImportance,
  initialStepSize,
} from './annealing/annealed-importance.ts';
export type {
  AnnealedEstimate,
  AnnealedImportance,
  DirectionEstimate,
  DirectionSummary,
} from './annealing/estimates.ts';
export { type BoundOnData, type BoundOnOptions, boundOn } from './bound-on.ts';
export { type Encoded, type EncodingsOptions, encodings } from './encodings.ts';
export { type EvaluateOptions, type Evaluation, evaluateModel, type ImportanceEstimate } from './evaluate.ts';
export type { ImputedColumns } from './imputation/held-out.ts';
export {
  type ColumnScores,
  type ImputationError,
  type ImputationErrorOptions,
  imputationError,
} from './imputation/imputation-error.ts';
export { type Imputations, type Imputed, type ImputeOptions, impute, imputeAt } from './imputation/impute.ts';
export { resample } from './imputation/resampling.ts';
export type { ChoiceScores, NumberScores, RightChoices, SizeOfErrors } from './imputation/scores.ts';
export { ACTIVE_VARIANCE, type LatentActivity, latentActivity } from './latent-activity.ts';
export { type ModelSamples, type ModelSamplesOptions, modelSamples } from './model-samples.ts';
export {
  type LayerStatistics,
  type PosteriorStatistics,
  type PosteriorStatisticsOptions,
  posteriorStatistics,
  type Spread,
} from './posterior-statistics.ts';
export { type InferenceGap, type InferenceGapsOptions, inferenceGaps } from './refine.ts';
export { latents, logProbs, type SamplesOptions, samples, type TabulateOptions, tabulate } from './tabulate.ts';
export { type WeightedDraws, type WeightedDrawsOptions, weightedDraws } from './weighted-draws.ts';
