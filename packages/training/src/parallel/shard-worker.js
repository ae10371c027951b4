// @ts-check
// A thread that holds one part of a data-parallel step and follows the commands one after the other.
import { parentPort, workerData } from 'node:worker_threads';
import { waitUntil } from './counters.js';
import { commandAt, openShard } from './shard.js';

const data = /** @type {import('./shared-state.ts').ShardData} */ (workerData);
const { shard, state } = data;
const { throughGate } = await import(data.recipe.runner);
const { follow } = await openShard(data, {
  wait: waitUntil,
  guarded: (native) => throughGate(state.gate, shard, native),
});
parentPort?.postMessage('ready');

for (let done = 0; ; done++) {
  waitUntil(state.sequence, 0, done + 1);
  await follow(commandAt(data, done));
  Atomics.store(state.finished, shard, done + 1);
  Atomics.notify(state.finished, shard);
}
