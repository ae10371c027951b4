// @ts-check
// Ends threads without ending the process. A thread that is terminated inside ONNX Runtime's native code takes the
// process with it: the native call fails to raise its error in a thread that is going, and aborts. So native code is
// entered through a gate, and the gate is closed first. JavaScript, because worker threads load it too.

/** Place of the word that closes the gate; word 1 + i counts the native calls of thread i. */
const CLOSED = 0;

/** Longest sleep between two looks, ms. */
const NAP = 50;

/**
 * The time that a closing gate waits for a thread, ms. It runs out only if a thread died inside (for lack of memory)
 * without notice.
 */
const PATIENCE = 30_000;

/** Gates that are open in this thread; the process closes them at exit. @type {Set<Int32Array>} */
const open = new Set();

/** Gates that this thread goes through as a worker. @type {Set<Int32Array>} */
const entered = new Set();

/**
 * A gate for this many threads, in shared memory.
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
 * Records that a thread has ended, at any point; the listener of its end calls this.
 * @param {Int32Array} gate
 * @param {number} thread
 */
export function leaveGate(gate, thread) {
  Atomics.store(gate, 1 + thread, 0);
  Atomics.notify(gate, 1 + thread);
}

/**
 * Passes the gate as a thread; throws if it is closed.
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
    process.on('exit', () => leaveGate(gate, thread)); // for a thread that ends itself inside
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
 * Closes a gate and waits until no thread is inside: at most for one run of a graph, or one new session. Threads may be
 * ended then.
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
