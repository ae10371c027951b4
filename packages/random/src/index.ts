export { bulkDraws, drawBernoulli, drawBernoulliBytes, drawBits, drawNormal, drawUniform } from './draws.ts';
export { fold, type Key, key } from './key.ts';
export { drawPermutation, epochOrders } from './permutation.ts';
