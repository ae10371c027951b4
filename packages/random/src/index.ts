export { bernoulli, bernoulliBytes, bits, bulkDraws, normal, uniform } from './draws.ts';
export { fold, type Key, key } from './key.ts';
export { epochOrders, permutation } from './permutation.ts';
