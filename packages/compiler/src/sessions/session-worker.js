// @ts-check A thread that runs sessions for a pool (session-pool.ts). JavaScript, because worker threads of Node 20
// load nothing else.
import { parentPort, workerData } from 'node:worker_threads';
import { openStages } from '../stages/staged-session.js';
import { throughGate } from './native-gate.js';
import { borrowed } from './shared-views.js';

/** @typedef {import('./session-pool.ts').ToWorker} ToWorker */
/** @typedef {import('./session-recipe.ts').SessionRecipe} SessionRecipe */
/** @typedef {import('./executable.ts').OutputArray} Elements */
/** @typedef {import('./executable.ts').Arrays} Arrays */
/** @typedef {import('./session-pool.ts').Fixed} Fixed */
/** @typedef {(arrays: Arrays) => Promise<Arrays>} Run */

const { gate, thread } = /** @type {import('./session-pool.ts').ThreadData} */ (workerData);

/** @type {Promise<Run>[]} */
const sessions = [];

/**
 * Makes a session; constant arrays are given once.
 * @param {SessionRecipe} recipe @param {Fixed} fixed
 * @returns {Promise<Run>}
 */
async function open({ runtime, inputs, outputs, options, ...stages }, fixed) {
  const { InferenceSession, Tensor } = await import(runtime);
  const session = await openStages(stages, options, { InferenceSession, Tensor });
  const fetches = Object.fromEntries(outputs.map(({ key }) => [key, null]));
  const arrays = await Promise.all(inputs.map(({ name }) => arrayOf(fixed[name])));
  const named = inputs.map(({ name, key, shape, type }, i) => {
    const array = arrays[i];
    return { name, key, shape, type, kept: array && new Tensor(type, array, shape) };
  });
  return async (arrays) => {
    const feeds = Object.fromEntries(
      named.map(({ name, key, shape, type, kept }) => [key, kept ?? new Tensor(type, arrays[name], shape)]),
    );
    const results = await throughGate(gate, thread, () => session.run(feeds, fetches));
    return Object.fromEntries(outputs.map(({ name, key }) => [name, /** @type {Float32Array} */ (results[key]?.data)]));
  };
}

/** @param {Fixed[string] | undefined} given */
const arrayOf = async (given) => (given && 'address' in given ? borrowed(given) : given);

parentPort?.on('message', async (/** @type {ToWorker} */ message) => {
  if ('recipe' in message) {
    const opened = throughGate(gate, thread, () => open(message.recipe, message.fixed));
    opened.catch(() => {}); // reported when a job runs it
    sessions.push(opened);
    return;
  }
  const { job, session, arrays } = message;
  try {
    const run = /** @type {Run} */ (await sessions[session]);
    parentPort?.postMessage({ job, outputs: await run(arrays) });
  } catch (error) {
    parentPort?.postMessage({ job, error: error instanceof Error ? error.message : String(error) });
  }
});
