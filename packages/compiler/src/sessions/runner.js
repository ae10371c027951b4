// @ts-check
// What another thread loads to run graphs. JavaScript, because Node 20 starts a worker from nothing else.

export { openStages } from '../stages/staged-session.js';
export { throughGate } from './native-gate.js';
export { sharedViews } from './shared-views.js';
