// A second door, for programs that must not load TensorFlow.js: the names of policies, and choices.
export { fewestThreads, type ThreadTime } from './engines/fewest-threads.ts';
export { nonFinitePolicies } from './finite/non-finite-policy.ts';
