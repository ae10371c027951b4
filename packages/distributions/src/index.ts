export { bernoulli } from './bernoulli.ts';
export { detach } from './detach.ts';
export type { Draw, Noise, Samplable, Scorable } from './distribution.ts';
export { type DiagonalNormal, type DiagonalNormalParams, diagonalNormal, standardNormal } from './normal.ts';
