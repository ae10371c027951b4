// @ts-check
// Runs a graph stage after stage. JavaScript, because worker threads load it too.
import { runInPlace } from '../sessions/in-place.js';

/** @typedef {import('./stage-recipes.ts').StageRecipes} StageRecipes */
/** @typedef {import('./stage-recipes.ts').SessionPart} SessionPart */
/** @typedef {import('./stage-recipes.ts').KernelPart} KernelPart */
/** @typedef {import('./stage-recipes.ts').StageMemory} StageMemory */
/** @typedef {import('./stage-recipes.ts').CrossingTensor} CrossingTensor */
/** The exports of a module of kernels. @typedef {Readonly<Record<string, (...numbers: number[]) => number>>} Exports */
/** @typedef {import('../sessions/executable.ts').OutputArray} Elements */
/** @typedef {Readonly<Record<string, { readonly data: Elements }>>} Feeds */
/** @typedef {Readonly<Record<string, { readonly data: Elements } | null>>} Fetches */
/** @typedef {Record<string, { readonly data: Elements }>} Results */

/**
 * The classes of ONNX Runtime's binding.
 * @typedef {Pick<import('../sessions/runtime.ts').Runtime, 'InferenceSession' | 'Tensor'>} Runtime
 */

/**
 * A graph that is ready to run.
 * @typedef {object} StagedSession
 * @property {(feeds: Feeds, fetches: Fetches) => Promise<Results>} run resolves to the outputs that were not fetched
 * into a tensor, by name, at least
 * @property {() => Promise<void>} release
 */

const arrayTypes = { float32: Float32Array, int32: Int32Array, bool: Uint8Array, int64: BigInt64Array };
const PAGE = 65_536;
const ALIGNMENT = 64;

/**
 * Makes the sessions of all stages, or none.
 * @param {StageRecipes} recipes
 * @param {import('onnxruntime-node').InferenceSession.SessionOptions} options
 * @param {Runtime} runtime
 * @returns {Promise<StagedSession>}
 */
export async function openStages({ stages, memory }, options, { InferenceSession, Tensor }) {
  const room = memory && openRoom(memory);
  /** @type {{ release(): Promise<void> }[]} */
  const sessions = [];
  /** Tensors over places of the memory. @param {Readonly<Record<string, CrossingTensor>>} places */
  const tensorsOver = (places) =>
    Object.fromEntries(
      Object.entries(places).map(([name, place]) => [
        name,
        new Tensor(place.type, /** @type {Float32Array} */ (room?.view(place)), place.shape),
      ]),
    );

  /** @param {SessionPart} part */
  async function sessionRun({ model, inPlace, feeds, fetches, entering, leaving }) {
    const session = await InferenceSession.create(model, options);
    sessions.push(session);
    const [fromMemory, toMemory] = [tensorsOver(entering), tensorsOver(leaving)];
    /** @param {Feeds} given @param {Fetches} wanted @param {Results} results */
    return async (given, wanted, results) => {
      const inputs = { ...fromMemory, ...picked(given, feeds) };
      const outputs = /** @type {Fetches} */ ({ ...toMemory, ...picked(wanted, fetches) });
      if (inPlace) await runInPlace(session, inputs, outputs, witnessAmong(outputs));
      else
        Object.assign(
          results,
          picked(/** @type {any} */ (await session.run(/** @type {any} */ (inputs), outputs)), fetches),
        );
    };
  }

  /** @type {(((feeds: Feeds, fetches: Fetches, results: Results) => void | Promise<void>) | undefined)[]} */
  const runs = [];
  const release = async () => void (await Promise.all(sessions.splice(0).map((session) => session.release())));
  try {
    for (const part of stages) runs.push('model' in part ? await sessionRun(part) : room?.call(part));
  } catch (error) {
    await release().catch(() => {}); // the stages before it
    throw error;
  }
  /** @type {StagedSession['run']} */
  async function runAll(feeds, fetches) {
    /** @type {Results} */
    const results = {};
    room?.take(feeds);
    for (const run of runs) await run?.(feeds, fetches, results);
    room?.tell(fetches, results);
    return results;
  }

  return { run: room ? inTurn(runAll) : runAll, release };
}

/**
 * Runs one after the other: a second run would overwrite the first one's values between stages.
 * @param {StagedSession['run']} run
 * @returns {StagedSession['run']}
 */
function inTurn(run) {
  /** @type {Promise<unknown>} */
  let last = Promise.resolve();
  return (feeds, fetches) => {
    const result = last.then(() => run(feeds, fetches));
    last = result.catch(() => {}); // the caller of that run gets the error
    return result;
  };
}

/** @template T @param {Readonly<Record<string, T>>} record @param {readonly string[]} names */
const picked = (record, names) => Object.fromEntries(names.map((name) => [name, /** @type {T} */ (record[name])]));

/** An array that a run writes into. @param {Fetches} outputs */
function witnessAmong(outputs) {
  for (const name in outputs) {
    const data = outputs[name]?.data;
    if (data instanceof Float32Array) return data;
  }
  throw new TypeError('run in place: no output is float32');
}

/** The memory between stages, with the kernels that work on it. @param {StageMemory} recipe */
function openRoom({ module, bytes, given, constants, told }) {
  const memory = new WebAssembly.Memory({ initial: 1 });
  const { exports } = new WebAssembly.Instance(module, { env: { memory } });
  const kernels = /** @type {Exports} */ (/** @type {unknown} */ (exports));
  const base = Math.ceil((kernels.heapBase?.() ?? 0) / ALIGNMENT) * ALIGNMENT;
  memory.grow(Math.ceil((base + bytes) / PAGE));
  /** @param {CrossingTensor} place */
  const view = ({ offset, shape, type }) => {
    const count = shape.reduce((a, b) => a * b, 1);
    return /** @type {Elements} */ (new arrayTypes[type](memory.buffer, base + offset, count));
  };
  /** @param {readonly CrossingTensor[]} tensors */
  const pointers = (tensors) => tensors.map(({ offset }) => base + offset);
  for (const { tensor, data } of constants) view(tensor).set(/** @type {Float32Array} */ (data));
  const entering = Object.entries(given).map(([name, place]) => /** @type {const} */ ([name, view(place)]));
  const leaving = Object.entries(told).map(([name, place]) => /** @type {const} */ ([name, view(place)]));
  return {
    view,
    /** @param {KernelPart} part */
    call: ({ kernel, inputs, outputs, scratch, sizes }) => {
      const run = kernels[kernel];
      if (!run) throw new TypeError(`no kernel of the name '${kernel}'`);
      const numbers = [...pointers(inputs), ...pointers(outputs), ...scratch.map((offset) => base + offset), ...sizes];
      return () => void run(...numbers);
    },
    /** Copies the graph's inputs that kernels read into the memory. @param {Feeds} feeds */
    take(feeds) {
      for (const [name, place] of entering) place.set(/** @type {Float32Array} */ (feeds[name]?.data));
    },
    /** Copies outputs from the memory. @param {Fetches} fetches @param {Results} results */
    tell(fetches, results) {
      for (const [name, place] of leaving) {
        const wanted = fetches[name];
        if (wanted) wanted.data.set(/** @type {Float32Array} */ (place));
        else results[name] = { data: place.slice() };
      }
    },
  };
}
