// A second door, for programs that must not load TensorFlow.js: the names of policies.
export { nonFinitePolicies } from './finite/non-finite-policy.ts';
