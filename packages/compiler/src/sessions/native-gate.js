// @ts-check
// Ends threads without ending the process. A thread that is terminated inside ONNX Runtime's native code takes the
// process with it: the native call fails to raise its error in a thread that is going, and aborts. So native code is
// entered through a gate, and the gate is closed first. JavaScript, because worker threads load it too.

/** Place of the word that closes the gate; word 1 + i counts what thread i is doing inside. */
const CLOSED = 0;

/** Longest sleep between two looks, ms. */
const NAP = 50;

/**
 * How long a closing gate waits for a thread, ms. It only passes where a thread was taken away inside (by lack of
 * memory) and nobody was told.
 */
const PATIENCE = 30_000;

/** Gates that are open in this thread; the process closes them when it exits. @type {Set<Int32Array>} */
const open = new Set();

/** Gates that this thread goes through as a worker. @type {Set<Int32Array>} */
const entered = new Set();

/**
 * A gate for so many threads, in shared memory.
 * @param {number} threads
 * @returns {Int32Array}
 */
export function openGate(threads) {
  const gate = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT * (1 + threads)));
  if (open.size === 0) process.on('exit', closeAll);
  open.add(gate);
  return gate;
}

/**
 * Takes note that a thread is gone, wherever it was: whoever is told of its end calls it.
 * @param {Int32Array} gate
 * @param {number} thread
 */
export function leaveGate(gate, thread) {
  Atomics.store(gate, 1 + thread, 0);
  Atomics.notify(gate, 1 + thread);
}

/**
 * Goes through the gate as a thread: refused where it is closed.
 * @template T
 * @param {Int32Array} gate
 * @param {number} thread
 * @param {() => Promise<T>} native
 * @returns {Promise<T>}
 */
export async function throughGate(gate, thread, native) {
  Atomics.add(gate, 1 + thread, 1);
  if (!entered.has(gate)) {
    entered.add(gate);
    process.on('exit', () => leaveGate(gate, thread)); // a thread that ends itself inside
  }
  try {
    if (Atomics.load(gate, CLOSED)) throw new Error('this thread is being ended');
    return await native();
  } finally {
    Atomics.sub(gate, 1 + thread, 1);
    Atomics.notify(gate, 1 + thread);
  }
}

/**
 * Closes a gate and waits until no thread is inside: for one run of a graph, or one session that is being made. Threads
 * may be ended then.
 * @param {Int32Array} gate
 */
export function closeGate(gate) {
  Atomics.store(gate, CLOSED, 1);
  const deadline = performance.now() + PATIENCE;
  for (let thread = 1; thread < gate.length; thread++) {
    for (let inside = Atomics.load(gate, thread); inside > 0; inside = Atomics.load(gate, thread)) {
      if (performance.now() > deadline) break;
      Atomics.wait(gate, thread, inside, NAP);
    }
  }
  open.delete(gate);
  if (open.size === 0) process.off('exit', closeAll);
}

function closeAll() {
  for (const gate of [...open]) closeGate(gate);
}
