export { type DataPoints, dataPoints } from './data-points.ts';
export { type EvaluateOptions, type Evaluation, evaluate } from './evaluate.ts';
export {
  type Callback,
  type FitOptions,
  type FitResult,
  type FitStart,
  fit,
} from './fit.ts';
export { type FitDensityOptions, fitDensity } from './fit-density.ts';
export { FlatParameters } from './flat-parameters.ts';
export type { Engine, Loss, StepValues } from './gradient-step.ts';
export type { HistoryEntry } from './history.ts';
export { NonFiniteError } from './non-finite.ts';
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
export { cosineDecay, linear, stepDecay } from './schedules.ts';
export { latents, logProbs, type SamplesOptions, samples, type TabulateOptions, tabulate } from './tabulate.ts';
export { type TrainingProblem, type VariationalOptions, variational } from './variational.ts';
