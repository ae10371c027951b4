export {
  type CrossedDifference,
  type CrossedParts,
  crossedDifference,
  differenceOfParts,
  differencesByPoint,
} from './differences/crossed.ts';
export type { Difference, VariancePart } from './differences/difference.ts';
export { type MethodScores, methodScores, type Scores } from './differences/method-scores.ts';
export { pairedDifference, welchDifference } from './differences/of-means.ts';
export { bootstrapInterval, type ResampleOptions } from './intervals/bootstrap-t.ts';
export { type Estimate, type Interval, studentInterval } from './intervals/interval.ts';
export { type DecisionOptions, furtherSeeds, type ObservedDifference, pointsNeeded } from './power/further-seeds.ts';
export { type Summary, summarise } from './summary.ts';
export { holm } from './tests/holm.ts';
export { type DivisionOptions, permutationTest } from './tests/permutation.ts';
export { type ExactTest, type Pair, signFlipTest, signFlipTests } from './tests/sign-flip.ts';
export type { SignOptions } from './tests/signed-sums.ts';
