// @ts-check
// One thread of a data-parallel step: it runs the graph on its rows of the batch, sums the gradients of its share of the parameters over all
// threads and updates that share. JavaScript, because Node 20 starts a worker from nothing else.
import { parentPort, workerData } from 'node:worker_threads';

/** @typedef {import('./shared-state.ts').ShardData} ShardData */

const BYTES = 4;
const [PARAMETERS, GRADIENTS] = [0, 1];
/** Looks at a counter before a thread goes to sleep over it: waking up takes longer than most waits. */
const SPINS = 2000;

const data = /** @type {ShardData} */ (workerData);
const { shard, shards, layout, state, bounds, weights, regions, gradientRegions } = data;
const { command: Command, ring, width: COMMAND_WIDTH } = data.vocabulary;
const { length } = layout;
const { memory } = state;
const from = /** @type {number} */ (bounds[shard]);
const to = /** @type {number} */ (bounds[shard + 1]);
const peers = Array.from({ length: shards }, (_, i) => i).filter((i) => i !== shard);
const kernels = /** @type {import('../kernels.ts').Kernels} */ (
  /** @type {unknown} */ (new WebAssembly.Instance(data.passesModule, { env: { memory } }).exports)
);

const { runInPlace, sharedViews, throughGate } = await import(data.recipe.runner);
/** @template T @param {() => Promise<T>} native @returns {Promise<T>} */
const guarded = (native) => throughGate(state.gate, shard, native);
const view = /** @type {import('@flowvae/compiler').SharedView | undefined} */ (await guarded(sharedViews));
if (!view) throw new Error('training: this thread cannot see the memory that it shares; train with one thread');
/** Views of all shared memory that ONNX Runtime reads or writes. @type {Map<unknown, ArrayBuffer>} */
const views = await guarded(async () => {
  const arrays = [...data.inputs, ...data.factors].map(({ shared }) => shared.buffer);
  return new Map([...arrays, memory.buffer].map((shared) => [shared, view(/** @type {SharedArrayBuffer} */ (shared))]));
});
/** An array in the form that ONNX Runtime takes. @param {Float32Array} array */
const unshared = (array) =>
  new Float32Array(/** @type {ArrayBuffer} */ (views.get(array.buffer)), array.byteOffset, array.length);
/** @param {number} region */
const regionOf = (region) => unshared(new Float32Array(memory.buffer, regions[region], length));
const parameters = regionOf(PARAMETERS);
const gradients = regionOf(GRADIENTS);

const { InferenceSession, Tensor } = await guarded(() => import(data.recipe.runtime));
const session = await guarded(() => InferenceSession.create(data.recipe.model, data.recipe.options));

const places = new Map(layout.places.map((place) => [place.name, place]));
const feeds = Object.fromEntries([
  ...data.inputs.map(({ name, shape, shared }) => [name, new Tensor('float32', unshared(shared), shape)]),
  ...data.recipe.inputs.flatMap(({ name, shape }) => {
    const place = places.get(name);
    return place
      ? [[name, new Tensor('float32', parameters.subarray(place.offset, place.offset + place.size), shape)]]
      : [];
  }),
]);
/**
 * Tensors over the places of outputs in the gradients.
 * @param {readonly import('./shared-state.ts').PlacedOutput[]} outputs
 */
const placed = (outputs) =>
  outputs.map(({ key, shape, offset, size }) => [
    key,
    new Tensor('float32', gradients.subarray(offset, offset + size), shape),
  ]);

/** Factors of products over the batch: this thread computes its rows, and reads all. */
const { first, count } = data.rows;
const factors = data.factors.map(({ name, output, columns, shared }) => {
  const values = unshared(shared);
  return { name, output, columns, values, own: values.subarray(first * columns, (first + count) * columns) };
});

/** Scalars in arrays of one number; gradients at their places. */
const scalars = data.scalars.map(() => new Float32Array(1));
const witness = /** @type {Float32Array} */ (scalars[0]);
const fetches = Object.fromEntries([
  ...data.scalars.map((key, i) => [key, new Tensor('float32', scalars[i], [])]),
  ...placed(data.gradients),
  ...factors.flatMap(({ output, own }) => (output ? [[output.key, new Tensor('float32', own, output.shape)]] : [])),
]);

const { products } = data;
const productSession =
  products && (await guarded(() => InferenceSession.create(products.recipe.model, products.recipe.options)));
const productFeeds = Object.fromEntries(
  factors
    .filter(({ name }) => products?.recipe.inputs.some((input) => input.name === name))
    .map(({ name, columns, values }) => [name, new Tensor('float32', values, [values.length / columns, columns])]),
);
const productFetches = products ? Object.fromEntries(placed(products.outputs)) : {};
const firstProduct = products?.outputs[0];
const productWitness = firstProduct && gradients.subarray(firstProduct.offset, firstProduct.offset + 1);

/** The parts of this thread's share that are summed over threads; lengths include the padding. */
const ownParts = data.gradients.flatMap(({ offset, size }) => {
  const start = Math.max(offset, from);
  const end = Math.min(offset + 4 * Math.ceil(size / 4), to);
  return start < end ? [{ start, end }] : [];
});

/**
 * Waits until a counter has reached a value.
 * @param {Int32Array} counters @param {number} index @param {number} value
 */
function waitFor(counters, index, value) {
  for (let spin = 0; ; spin++) {
    const seen = Atomics.load(counters, index);
    if (((value - seen) | 0) <= 0) return; // the counters are 32 bits wide and wrap; their difference does not
    if (spin >= SPINS) Atomics.wait(counters, index, seen);
  }
}

let meetings = 0;

/** Waits until every thread has come to this place. */
function meet() {
  meetings++;
  Atomics.add(state.meetings, 0, 1);
  Atomics.notify(state.meetings, 0);
  waitFor(state.meetings, 0, meetings * shards);
}

/** Adds up this thread's parts of the gradients, each thread's by its part of the batch. */
function sumParts() {
  const pointer = (/** @type {number} */ thread, /** @type {number} */ start) =>
    /** @type {number} */ (gradientRegions[thread]) + start * BYTES;
  let own = /** @type {number} */ (weights[shard]);
  for (const peer of peers) {
    const weight = /** @type {number} */ (weights[peer]);
    for (const { start, end } of ownParts) {
      kernels.combine(pointer(shard, start), pointer(peer, start), end - start, own, weight);
    }
    own = 1;
  }
}

async function run() {
  await guarded(() => runInPlace(session, feeds, fetches, witness));
  meet();
  sumParts();
  if (productSession) {
    await guarded(() => runInPlace(productSession, productFeeds, productFetches, productWitness));
  }
  const width = scalars.length + 1;
  scalars.forEach(([value = 0], i) => {
    state.results[shard * width + i] = /** @type {number} */ (weights[shard]) * value;
  });
  state.results[shard * width + width - 1] = kernels.sumOfSquares(share(GRADIENTS), to - from);
}

/** Pointer to the share of a region. @param {number} region */
const share = (region) => /** @type {number} */ (regions[region]) + from * BYTES;

/** @param {Float64Array} command */
function sweep(command) {
  const [pass = 0, count = 0] = command;
  const name = /** @type {import('../kernels.ts').Pass} */ (data.vocabulary.passes[pass]);
  const regions = [...command.subarray(2, 2 + count)].map(share);
  kernels[name](...regions, to - from, ...command.subarray(2 + count));
}

/** @type {Record<number, (command: Float64Array) => void | Promise<void>>} */
const actions = {
  [Command.run]: run,
  [Command.sweep]: sweep,
  [Command.commit]: meet,
};

/** Follows the commands one after the other and counts those that are done. */
async function serve() {
  for (let done = 0; ; done++) {
    waitFor(state.sequence, 0, done + 1);
    const at = (done % ring) * COMMAND_WIDTH;
    const [code = 0, ...command] = state.commands.slice(at, at + COMMAND_WIDTH);
    await actions[code]?.(Float64Array.from(command));
    Atomics.store(state.finished, shard, done + 1);
    Atomics.notify(state.finished, shard);
  }
}

parentPort?.postMessage('ready');
await serve();
