// @ts-check The module that other threads load to run graphs. JavaScript, because worker threads of Node 20 load
// nothing else.

export { openStages } from '../stages/staged-session.js';
export { throughGate } from './native-gate.js';
export { sharedViews } from './shared-views.js';
