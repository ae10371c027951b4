export { bernoulli } from './bernoulli.ts';
export { bitsPerDimension } from './bits-per-dimension.ts';
export { detach } from './detach.ts';
export type { Draw, Noise, Observation, Samplable, Scorable } from './distribution.ts';
export { gaussian } from './gaussian.ts';
export { type DiagonalNormal, type DiagonalNormalParams, diagonalNormal, standardNormal } from './normal.ts';
export { type NormalMixtureParams, normalMixture } from './normal-mixture.ts';
export { type Box, type BoxDistribution, uniformBox } from './uniform-box.ts';
