// The public face: everything of flowvae in one import.
export * from '@flowvae/comparison';
export * from '@flowvae/compiler';
export * from '@flowvae/datasets';
export * from '@flowvae/density';
export * from '@flowvae/distributions';
export * from '@flowvae/evaluation';
export * from '@flowvae/figures';
export * from '@flowvae/flows';
export * from '@flowvae/inference';
export * from '@flowvae/lab';
export * from '@flowvae/objectives';
export * from '@flowvae/random';
export * from '@flowvae/runs';
export * from '@flowvae/sweeps';
export type {
  EagerBackend,
  LayersModel,
  Scalar,
  StoredTensor,
  Tensor,
  Tensor1D,
  Tensor2D,
  Tensor3D,
  Tensor4D,
  tfjs,
  Variable,
} from '@flowvae/tensor';
export {
  assignParameters,
  checkParam,
  checkShape,
  countKernelsOf,
  decodeSafetensors,
  decodeTypedSafetensors,
  ExpectationError,
  encodeSafetensors,
  layers,
  type NamedVariables,
  namedInputs,
  parameterCount,
  prefersFewKernels,
  type RowLayout,
  readSafetensorsHeader,
  repeatRows,
  rowLayout,
  rowsFor,
  ShapeError,
  startEagerBackend,
  tf,
  underPrefixes,
} from '@flowvae/tensor';
export * from '@flowvae/training';
export * from '@flowvae/vae';
/** The schemas of an experiment's settings: zod. */
export { z } from 'zod';
export { tolerateClosedPipes } from './command/closed-pipes.ts';
export { errorLine } from './command/error-line.ts';
export { type Interruption, type InterruptionOptions, interruption } from './command/interruption.ts';
export { warnOfLaunch } from './command/launch/launch-notice.ts';
export {
  type CompareOptions,
  type Comparison,
  type ComparisonColumn,
  type ComparisonRow,
  compareRuns,
  type MeasureSummary,
} from './comparison/compare-runs.ts';
export { formatComparison, type TableFormat } from './comparison/formats/formats.ts';
export { comparisonPage } from './comparison/page/comparison-page.ts';
export { comparedCurves } from './comparison/page/curves.ts';
export type { CheckedSettings } from './config/checked-settings.ts';
export { type Plan, planOf } from './config/plan.ts';
export { type SettingName, settings, type TrainConfig } from './config/settings.ts';
export { completeConfig, readSettings } from './config/train-config.ts';
export {
  type DescribedContext,
  defineExperiment,
  type ExperimentDefinition,
  type ExperimentParts,
  type ModelContext,
  type PartContext,
  type SettingShapes,
  type SettingValues,
} from './definition/experiment-definition.ts';
export type { Networks, PlannedParts } from './definition/planned-parts.ts';
export { densityExperiment } from './density/density-experiment.ts';
export { type LoadedModule, type LoadModuleOptions, loadModule } from './modules/load-module.ts';
export type { ModuleFile, ModuleRecord } from './modules/module-files.ts';
export { type LoadPluginsOptions, loadPlugins } from './plugins/load-plugins.ts';
export type { Plugin } from './plugins/plugin.ts';
export type { PluginTables } from './plugins/tables.ts';
export type { PluginOptions } from './plugins/vocabulary.ts';
export { type OnnxFiles, onnxFiles } from './portable/onnx-files.ts';
export { type LoadModelOptions, loadModel, type PortableModel, saveModel } from './portable/portable-model.ts';
export {
  loadPosterior,
  type PortablePosterior,
  type PosteriorSpec,
  portablePosterior,
  savePosterior,
} from './portable/portable-posterior.ts';
export { type EvaluateTestOptions, evaluateTest } from './run/evaluate-test.ts';
export { type Experiment, experiment, type Training, training } from './run/experiment.ts';
export {
  type EvaluatedRun,
  evaluate,
  type ProgramConfig,
  type ProgramReport,
  type ProgramRun,
  type ReportedRun,
  type ReportOptions,
  type RunOptions,
  report,
  type ScoreRunOptions,
  score,
  type TrainOptions,
  train,
} from './run/in-program.ts';
export { type Replay, replayRun } from './run/replay-run.ts';
export { type OpenRunOptions, openRun, type SavedRun } from './run/saved-run.ts';
export type { RowScore } from './run/scoring/score-rows.ts';
export { type TrainRun, type TrainRunOptions, trainRun } from './run/training/train-run.ts';
export { versions } from './run/versions.ts';
export { targetOf } from './target/checked-target.ts';
export {
  defineTarget,
  type NamedTargetParts,
  type TargetContext,
  type TargetDefinition,
  type TargetParts,
} from './target/target-definition.ts';
export type { TargetConfig } from './target/target-settings.ts';
