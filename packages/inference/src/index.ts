export type { ChainDraws } from './chains/chain-record.ts';
export { type ChainSettings, type HmcChains, type HmcChainsOptions, hmcChains } from './chains/hmc-chains.ts';
export { pullBack } from './chains/pull-back.ts';
export { type RefineOptions, refine } from './chains/refine.ts';
export {
  type CompareGuidesOptions,
  compareGuides,
  failedRow,
  type GuideRow,
  rankedGuides,
} from './compare/compare-guides.ts';
export type { Chains } from './diagnostics/chains.ts';
export { type ColumnSummary, summariseChains } from './diagnostics/column-summary.ts';
export { bulkEss, meanEss, tailEss } from './diagnostics/effective-sample-size.ts';
export {
  type ImportanceResampleOptions,
  importanceResample,
  type Resampled,
} from './diagnostics/importance-resampling.ts';
export { deviationError, meanError } from './diagnostics/monte-carlo-errors.ts';
export { describeParetoK, type ParetoKLevel, type ParetoKMeaning } from './diagnostics/pareto-k-meaning.ts';
export { type SmoothedWeights, smoothedLogWeights } from './diagnostics/pareto-smoothing.ts';
export { rHat } from './diagnostics/r-hat.ts';
export { drawsCsv } from './draws/draws-csv.ts';
export {
  chainStatistics,
  type NamedColumn,
  type NamedDraws,
  type NamedSummary,
  namedDraws,
  summariseDraws,
} from './draws/named-draws.ts';
export { type ZarrFolderOptions, zarrFolder } from './draws/zarr-folder.ts';
export {
  type EstimateOptions,
  estimateFromDraws,
  estimateTarget,
  type GuideDraws,
  guideDraws,
  type TargetEstimate,
} from './fit/estimate-target.ts';
export type { FitTargetOptions } from './fit/fit-options.ts';
export { fitGuide, fitTarget, type TargetFit } from './fit/fit-target.ts';
export {
  beginRestart,
  bestRestart,
  estimateKey,
  type Restart,
  restartBound,
  type TriedRestart,
} from './fit/restarts.ts';
export { FORWARD_KL, refuseUnscored, targetObjectives } from './fit/target-objectives.ts';
export { targetProblem } from './fit/target-problem.ts';
export { type ColumnMoments, weightedMoments } from './fit/weighted-moments.ts';
export { type Guide, type GuideOptions, guideForm, makeGuide } from './guides/guide.ts';
export { type GuideTerms, readGuide } from './guides/guide-words.ts';
export { type NamedDensity, namedTarget, plainTarget, type Target } from './target/target.ts';
export { type TargetModel, targetModel } from './target/target-model.ts';
