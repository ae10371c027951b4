// @ts-check One thread's part of a data-parallel step: it runs the graph on its rows of the batch, sums the gradients
// of its share of the parameters over all threads and updates that share. JavaScript, because worker threads of Node 20
// load nothing else.

/** @typedef {import('./shared-state.ts').ShardData} ShardData */
/** @typedef {import('./shared-state.ts').PlacedOutput} PlacedOutput */
/** @typedef {import('@flowvae/compiler').SessionRecipe} SessionRecipe */

/**
 * The ways in which a thread waits for the others and enters native code.
 * @typedef {object} Manners
 * @property {(counters: Int32Array, index: number, value: number) => void | Promise<void>} wait until a counter has
 * reached a value
 * @property {<T>(native: () => Promise<T>) => Promise<T>} guarded
 */

const BYTES = 4;
const [PARAMETERS, GRADIENTS] = [0, 1];

/**
 * Makes the sessions of a part.
 * @param {ShardData} data
 * @param {Manners} manners
 * @returns {Promise<{ follow(command: Float64Array): void | Promise<void>, free(): Promise<void> }>} `follow` carries
 * out a command; `free` frees the sessions, which also end with their thread
 */
export async function openShard(data, { wait, guarded }) {
  const { shard, shards, bounds, weights, state, regions, scalars } = data;
  const { command: Command, passes } = data.vocabulary;
  const kernels = /** @type {import('../memory/kernels.ts').Kernels} */ (
    /** @type {unknown} */ (new WebAssembly.Instance(data.passesModule, { env: { memory: state.memory } }).exports)
  );
  const { runGraph, formProducts, scalarValues, free } = await graphsOf(data, guarded);
  const from = /** @type {number} */ (bounds[shard]);
  const length = /** @type {number} */ (bounds[shard + 1]) - from;
  const own = { parts: partsOf(data), weight: /** @type {number} */ (weights[shard]) };
  const peers = Array.from({ length: shards }, (_, i) => i).filter((i) => i !== shard);
  let meetings = 0;

  /** Pointer to the share of a region. @param {number} region */
  const share = (region) => /** @type {number} */ (regions[region]) + from * BYTES;

  /** Waits until every thread has reached this place. */
  function meet() {
    meetings++;
    Atomics.add(state.meetings, 0, 1);
    Atomics.notify(state.meetings, 0);
    return wait(state.meetings, 0, meetings * shards);
  }

  /** Sums this thread's parts of the gradients, with each thread's weight in the batch. */
  function sumParts() {
    let { weight } = own;
    for (const peer of peers) {
      for (const { start, end } of own.parts) {
        const [mine = 0, other = 0] = [shard, peer].map((thread) => data.gradientRegions[thread]);
        const offset = start * BYTES;
        kernels.combine(mine + offset, other + offset, end - start, weight, /** @type {number} */ (weights[peer]));
      }
      weight = 1;
    }
  }

  async function run() {
    await runGraph();
    await meet();
    sumParts();
    await formProducts();
    const results = state.results.subarray(shard * (scalars.length + 1), (shard + 1) * (scalars.length + 1));
    results.set(scalarValues().map((value) => own.weight * value));
    results[scalars.length] = kernels.sumOfSquares(share(GRADIENTS), length);
  }

  /** @param {Float64Array} command */
  function sweep([pass = 0, count = 0, ...rest]) {
    const name = /** @type {import('../memory/kernels.ts').Sweep} */ (passes[pass]);
    kernels[name](...rest.slice(0, count).map(share), length, ...rest.slice(count));
  }

  /** @type {Record<number, (command: Float64Array) => void | Promise<void>>} */
  const actions = { [Command.run]: run, [Command.sweep]: sweep, [Command.commit]: meet };
  return { follow: (command) => actions[command[0] ?? 0]?.(command.subarray(1)), free };
}

/**
 * A given command, in the form of the ring: [code, …arguments].
 * @param {Pick<ShardData, 'vocabulary' | 'state'>} data @param {number} index
 */
export function commandAt({ vocabulary: { ring, width }, state }, index) {
  const at = (index % ring) * width;
  return state.commands.slice(at, at + width);
}

/** The parts of a thread's share that are summed over threads; lengths include the padding. @param {ShardData} data */
function partsOf({ gradients, bounds, shard }) {
  const [from = 0, to = 0] = bounds.slice(shard, shard + 2);
  return gradients.flatMap(({ offset, size }) => {
    const start = Math.max(offset, from);
    const end = Math.min(offset + 4 * Math.ceil(size / 4), to);
    return start < end ? [{ start, end }] : [];
  });
}

/**
 * The graph of this thread's rows and that of the products over all rows, with their inputs and outputs in shared
 * memory.
 * @param {ShardData} data
 * @param {Manners['guarded']} guarded
 */
async function graphsOf(data, guarded) {
  const { layout, recipe, products } = data;
  const { openStages } = await import(recipe.runner);
  const { InferenceSession, Tensor } = await guarded(() => import(recipe.runtime));
  const { regionOf, unshared } = await viewsOf(data, guarded);
  const [parameters, gradients] = [regionOf(PARAMETERS), regionOf(GRADIENTS)];
  /** @param {Float32Array} values @param {readonly number[]} shape */
  const tensor = (values, shape) => new Tensor('float32', values, shape);
  /** Tensors over the places of outputs in the gradients. @param {readonly PlacedOutput[]} outputs */
  const placed = (outputs) =>
    outputs.map(({ key, shape, offset, size }) => [key, tensor(gradients.subarray(offset, offset + size), shape)]);
  /** @type {{ release(): Promise<void> }[]} */
  const sessions = [];
  /** @param {SessionRecipe} made @param {unknown[][]} feeds @param {unknown[][]} fetches */
  const runner = async (made, feeds, fetches) => {
    const session = await guarded(() => openStages(made, made.options, { InferenceSession, Tensor }));
    sessions.push(session);
    const [given, filled] = [Object.fromEntries(feeds), Object.fromEntries(fetches)];
    return () => guarded(() => session.run(given, filled));
  };

  const places = new Map(layout.places.map((place) => [place.name, place]));
  const variables = recipe.inputs.flatMap(({ name, shape }) => {
    const place = places.get(name);
    return place ? [[name, tensor(parameters.subarray(place.offset, place.offset + place.size), shape)]] : [];
  });
  const inputs = data.inputs.map(({ name, shape, shared }) => [name, tensor(unshared(shared), shape)]);

  /** Factors of products over the batch: this thread computes its rows, and reads all. */
  const { first, count } = data.rows;
  const factors = data.factors.map(({ name, output, columns, shared }) => {
    const values = unshared(shared);
    return { name, output, columns, values, own: values.subarray(first * columns, (first + count) * columns) };
  });
  const rows = factors.flatMap(({ output, own }) => (output ? [[output.key, tensor(own, output.shape)]] : []));

  const scalars = data.scalars.map(() => new Float32Array(1));
  const numbers = data.scalars.map((key, i) => [key, tensor(/** @type {Float32Array} */ (scalars[i]), [])]);
  const outputs = [...numbers, ...placed(data.gradients), ...rows];
  const runGraph = await runner(recipe, [...inputs, ...variables], outputs);

  let formProducts = async () => {};
  if (products) {
    const feeds = factors
      .filter(({ name }) => products.recipe.inputs.some((input) => input.name === name))
      .map(({ name, columns, values }) => [name, tensor(values, [values.length / columns, columns])]);
    formProducts = await runner(products.recipe, feeds, placed(products.outputs));
  }
  const free = async () => void (await Promise.all(sessions.splice(0).map((session) => session.release())));
  return { runGraph, formProducts, scalarValues: () => scalars.map(([value = 0]) => value), free };
}

/**
 * The shared memory in the form that ONNX Runtime accepts.
 * @param {ShardData} data
 * @param {Manners['guarded']} guarded
 */
async function viewsOf({ recipe, inputs, factors, state, regions, layout }, guarded) {
  const { sharedViews } = await import(recipe.runner);
  const view = /** @type {import('@flowvae/compiler').SharedView | undefined} */ (await guarded(sharedViews));
  if (!view) throw new Error('training: this thread cannot see the memory that it shares; train with one thread');
  /** @type {Map<unknown, ArrayBuffer>} */
  const views = await guarded(async () => {
    const buffers = [...inputs, ...factors].map(({ shared }) => shared.buffer);
    const all = [...buffers, state.memory.buffer];
    return new Map(all.map((shared) => [shared, view(/** @type {SharedArrayBuffer} */ (shared))]));
  });
  /** @param {Float32Array} array */
  const unshared = (array) =>
    new Float32Array(/** @type {ArrayBuffer} */ (views.get(array.buffer)), array.byteOffset, array.length);
  /** @param {number} region */
  const regionOf = (region) => unshared(new Float32Array(state.memory.buffer, regions[region], layout.length));
  return { unshared, regionOf };
}
