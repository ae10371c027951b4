export { bernoulli } from './bernoulli.ts';
export { bitsPerDimension } from './bits-per-dimension.ts';
export { categorical } from './categorical.ts';
export { continuousBernoulli } from './continuous-bernoulli.ts';
export { detach } from './detach.ts';
export { type Draw, drawNoise, type Noise, type Observation, type Samplable, type Scorable } from './distribution.ts';
export { type GaussianParams, gaussian } from './gaussian.ts';
export { type Layered, type LayeredDraw, type LayerPart, layeredDraw } from './layered.ts';
export { LEVELS } from './levels.ts';
export { type LogisticMixtureParams, logisticMixture } from './logistic-mixture.ts';
export { type LogitNormalParams, logitNormal } from './logit-normal.ts';
export {
  type DiagonalNormal,
  type DiagonalNormalParams,
  diagonalNormal,
  type StandardNormal,
  standardNormal,
} from './normal.ts';
export { type NormalMixtureParams, normalMixture } from './normal-mixture.ts';
export { type Box, type BoxDistribution, uniformBox } from './uniform-box.ts';
