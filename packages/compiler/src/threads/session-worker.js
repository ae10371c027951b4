// @ts-check A thread that runs sessions for one pool after another (session-thread.ts). JavaScript, because worker
// threads of Node 20 load nothing else.
import { parentPort, workerData } from 'node:worker_threads';
import { throughGate } from '../sessions/native-gate.js';
import { borrowed } from '../sessions/shared-views.js';
import { openStages } from '../stages/staged-session.js';

/** @typedef {import('./session-thread.ts').ToWorker} ToWorker */
/** @typedef {import('../sessions/session-recipe.ts').SessionRecipe} SessionRecipe */
/** @typedef {import('../sessions/executable.ts').OutputArray} Elements */
/** @typedef {import('../sessions/executable.ts').Arrays} Arrays */
/** @typedef {import('./session-thread.ts').Fixed} Fixed */
/** @typedef {{ run(arrays: Arrays): Promise<Arrays>, release(): Promise<void> }} Session */

const { gate } = /** @type {import('./session-thread.ts').ThreadData} */ (workerData);

/** @type {Promise<Session>[]} */
let sessions = [];

/**
 * Enters native code.
 * @template T
 * @param {() => Promise<T>} native
 */
const guarded = (native) => throughGate(gate, 0, native);

/**
 * Makes a session; constant arrays are given once.
 * @param {SessionRecipe} recipe @param {Fixed} fixed
 * @returns {Promise<Session>}
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
  return {
    async run(arrays) {
      const feeds = Object.fromEntries(
        named.map(({ name, key, shape, type, kept }) => [key, kept ?? new Tensor(type, arrays[name], shape)]),
      );
      const results = await guarded(() => session.run(feeds, fetches));
      return Object.fromEntries(
        outputs.map(({ name, key }) => [name, /** @type {Float32Array} */ (results[key]?.data)]),
      );
    },
    release: session.release,
  };
}

/** @param {Fixed[string] | undefined} given */
const arrayOf = async (given) => (given && 'address' in given ? borrowed(given) : given);

/** Frees all sessions, those too that are being made. */
async function free() {
  const freed = sessions.map((opened) =>
    opened.then(
      ({ release }) => guarded(release),
      () => {}, // it was never made
    ),
  );
  sessions = [];
  await Promise.all(freed);
}

/** @param {import('./session-thread.ts').Job} message */
async function run({ job, session, arrays }) {
  try {
    const opened = /** @type {Session} */ (await sessions[session]);
    parentPort?.postMessage({ job, outputs: await opened.run(arrays) });
  } catch (error) {
    parentPort?.postMessage({ job, error: error instanceof Error ? error.message : String(error) });
  }
}

parentPort?.on('message', async (/** @type {ToWorker} */ message) => {
  if (message === 'free') {
    await free();
    parentPort?.postMessage('freed');
  } else if ('recipe' in message) {
    const opened = guarded(() => open(message.recipe, message.fixed));
    opened.catch(() => {}); // reported when a job runs it
    sessions.push(opened);
  } else {
    await run(message);
  }
});
