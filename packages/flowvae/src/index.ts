// The public face: everything of flowvae in one import.
export * from '@flowvae/compiler';
export * from '@flowvae/datasets';
export * from '@flowvae/distributions';
export {
  type AnnealedImportance,
  type AnnealedImportanceOptions,
  annealedImportance,
  type BoundOnOptions,
  boundOn,
  type EvaluateOptions,
  type Evaluation,
  evaluate,
  type ImportanceEstimate,
  latents,
  logProbs,
  type SamplesOptions,
  samples,
  type TabulateOptions,
  tabulate,
} from '@flowvae/evaluation';
export * from '@flowvae/figures';
export * from '@flowvae/flows';
export * from '@flowvae/objectives';
export * as random from '@flowvae/random';
export { fold, type Key, key } from '@flowvae/random';
export * from '@flowvae/runs';
export type { EagerBackend, Scalar, Tensor, Tensor1D, Tensor2D, Variable } from '@flowvae/tensor';
export {
  checkParam,
  checkShape,
  decodeSafetensors,
  decodeTypedSafetensors,
  ExpectationError,
  encodeSafetensors,
  layers,
  type NamedVariables,
  parameterCount,
  readSafetensorsHeader,
  ShapeError,
  startEagerBackend,
  tf,
  underPrefixes,
} from '@flowvae/tensor';
export {
  adam,
  type Callback,
  chain as chainOptimizers,
  clipByGlobalNorm,
  cosineDecay,
  type DataPoints,
  dataPoints,
  type Engine,
  type FitDensityOptions,
  type FitOptions,
  type FitResult,
  fit,
  fitDensity,
  type HistoryEntry,
  inspectStep,
  type Loss,
  linear,
  type Moment,
  NonFiniteError,
  type NonFinitePolicy,
  type Optimizer,
  type RunState,
  rmsprop,
  sgd,
  stepDecay,
  type TrainingProblem,
  variational,
} from '@flowvae/training';
export * from '@flowvae/vae';
export { tolerateClosedPipes } from './command/closed-pipes.ts';
export { type Interruption, type InterruptionOptions, interruption } from './command/interruption.ts';
export { warnOfLaunch } from './command/launch/launch-notice.ts';
export { type SettingName, settings, type TrainConfig } from './config/settings.ts';
export { completeConfig } from './config/train-config.ts';
export { type OnnxFiles, onnxFiles } from './portable/onnx-files.ts';
export { loadModel, type PortableModel, saveModel } from './portable/portable-model.ts';
export {
  loadPosterior,
  type PortablePosterior,
  type PosteriorSpec,
  portablePosterior,
  savePosterior,
} from './portable/portable-posterior.ts';
export { evaluateTest } from './run/evaluate-test.ts';
export { type Experiment, experiment, type Training, training } from './run/experiment.ts';
export { type Replay, replayRun } from './run/replay-run.ts';
export { openRun, type SavedRun } from './run/saved-run.ts';
export { type TrainRun, type TrainRunOptions, trainRun } from './run/train-run.ts';
export { versions } from './run/versions.ts';
