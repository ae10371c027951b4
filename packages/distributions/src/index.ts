export { bitsPerDimension } from './bits-per-dimension.ts';
export { type ClassConditionalParts, classConditional } from './class-conditional.ts';
export { type DequantisationOptions, dequantisedLogProb } from './dequantisation.ts';
export { detach } from './detach.ts';
export { type Draw, drawNoise, type Noise, type Observation, type Samplable, type Scorable } from './distribution.ts';
export { type Layered, type LayeredDraw, type LayerPart, layeredDraw } from './layered.ts';
export { type LowRankNormalParams, lowRankNormal } from './low-rank-normal.ts';
export {
  type DiagonalNormal,
  type DiagonalNormalParams,
  diagonalNormal,
  type StandardNormal,
  standardNormal,
} from './normal.ts';
export { type NormalMixtureOptions, type NormalMixtureParams, normalMixture } from './normal-mixture.ts';
export { bernoulli } from './observations/bernoulli.ts';
export { categorical } from './observations/categorical.ts';
export {
  type Column,
  type ColumnKind,
  type ColumnLayout,
  checkLayout,
  layoutWidth,
} from './observations/column-layout.ts';
export { type ColumnsParams, columns } from './observations/columns.ts';
export { continuousBernoulli } from './observations/continuous-bernoulli.ts';
export { type NegativeBinomialParams, negativeBinomial } from './observations/counts/negative-binomial.ts';
export { poisson } from './observations/counts/poisson.ts';
export { type ZeroInflatedParams, zeroInflated } from './observations/counts/zero-inflated.ts';
export { inDataUnits, standardised, type Units } from './observations/data-units.ts';
export { type GaussianParams, gaussian } from './observations/gaussian.ts';
export { type JointOptions, type JointPart, joint } from './observations/joint.ts';
export { type LaplaceParams, laplace } from './observations/laplace.ts';
export { LEVELS } from './observations/levels.ts';
export { type LogisticMixtureParams, logisticMixture } from './observations/logistic-mixture.ts';
export { type LogitNormalParams, logitNormal } from './observations/logit-normal.ts';
export { type ObservationParts, observation } from './observations/observation.ts';
export { oneHot } from './observations/one-hot.ts';
export { type StudentTParams, studentT } from './observations/student-t.ts';
export { digamma, logGamma } from './special/gamma.ts';
export { digammaDifference, logGammaRatio } from './special/log-gamma-ratio.ts';
export { normalCdf } from './special/normal-cdf.ts';
export { trigamma } from './special/stirling.ts';
export { type Box, type BoxDistribution, uniformBox } from './uniform-box.ts';
