export { bernoulli } from './bernoulli.ts';
export { detach } from './detach.ts';
export type { Draw, Noise, Samplable, Scorable } from './distribution.ts';
export { type DiagonalNormal, type DiagonalNormalParams, diagonalNormal, standardNormal } from './normal.ts';
export { type NormalMixtureParams, normalMixture } from './normal-mixture.ts';
export { type Box, type BoxDistribution, uniformBox } from './uniform-box.ts';
