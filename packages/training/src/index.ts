export { type DataPoints, dataPoints } from '@flowvae/tensor';
export { type DeviceStep, deviceStep } from './device/device-step.ts';
export {
  type ChosenEngine,
  chooseEngine,
  type EngineChoice,
  type EngineName,
  engines,
} from './engines/choose-engine.ts';
export type {
  Engine,
  EngineOptions,
  FunctionsRunner,
  OpenFunction,
  OpenOptions,
} from './engines/engine.ts';
export { threadTimes } from './engines/thread-measurement.ts';
export { NonFiniteError, type NonFinitePlace } from './finite/non-finite.ts';
export { type NonFinitePolicy, nonFinitePolicies } from './finite/non-finite-policy.ts';
export type { Callback, FitStart, Moment } from './loop/callback.ts';
export { type FitOptions, type FitResult, fit } from './loop/fit.ts';
export { type FitDensityOptions, fitDensity } from './loop/fit-density.ts';
export type { HistoryEntry } from './loop/history.ts';
export type { PointwiseOptions } from './loop/pointwise-options.ts';
export type { RunState } from './loop/run-state.ts';
export { cosineDecay, linear, linearWarmup, stepDecay } from './loop/schedules.ts';
export { type TrainingPass, type TrainingProblem, type VariationalOptions, variational } from './loop/variational.ts';
export { FlatParameters } from './memory/flat-parameters.ts';
export { assigningNothing } from './memory/non-trainable.ts';
export {
  type AdamOptions,
  adam,
  adamax,
  chainOptimizers,
  clipByGlobalNorm,
  type LearningRate,
  type Optimizer,
  type RmspropOptions,
  rmsprop,
  type SgdOptions,
  sgd,
} from './memory/optimizer.ts';
export type { LearningRateSchedule } from './memory/optimizer-settings.ts';
export type { ValuesByName } from './memory/training-state.ts';
export {
  type FunctionRunner,
  functionRunner,
  functionsRunner,
  inOrder,
  type RunnerOptions,
  turnRunner,
} from './steps/function-runner.ts';
export type { Loss, StepValues } from './steps/gradient-step.ts';
export { withGradients } from './steps/gradient-step.ts';
export { type ArraySummary, type InspectStepOptions, inspectStep, type StepInspection } from './steps/inspect-step.ts';
export { tracedRowsWithin } from './steps/run-size.ts';
