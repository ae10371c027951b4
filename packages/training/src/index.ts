export { type DataPoints, type EvaluateOptions, type Evaluation, evaluate } from './evaluate.ts';
export {
  type Callback,
  type FitOptions,
  type FitResult,
  type FitStart,
  fit,
} from './fit.ts';
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
export { type TrainingProblem, type VariationalOptions, variational } from './variational.ts';
