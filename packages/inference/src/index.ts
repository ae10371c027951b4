export {
  type EstimateOptions,
  estimateFromDraws,
  estimateTarget,
  type GuideDraws,
  guideDraws,
  type TargetEstimate,
} from './fit/estimate-target.ts';
export { type FitTargetOptions, fitGuide, fitTarget, type TargetFit } from './fit/fit-target.ts';
export { targetObjectives } from './fit/target-objectives.ts';
export { type ColumnMoments, weightedMoments } from './fit/weighted-moments.ts';
export { type Guide, type GuideOptions, makeGuide } from './guides/guide.ts';
export { type GuideTerms, readGuide } from './guides/guide-words.ts';
export { type NamedDensity, namedTarget, plainTarget, type Target } from './target/target.ts';
export { type TargetModel, targetModel } from './target/target-model.ts';
