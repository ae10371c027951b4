// @ts-check
// Waiting for another thread by a counter in shared memory. JavaScript, because worker threads load it too.

/**
 * How long a thread looks at a counter before it goes to sleep over it, ms. Longer than the waits within a step and between two steps: threads that
 * sleep and wake in turns are often put on one processor, one behind the other, while the next processor idles.
 */
const SPIN = 4;
/** The same while other programs need the processors, ms: whoever looks then keeps somebody from working, often the thread that it waits for. */
const BRIEF_SPIN = 0.05;
/** Looks between two glances at the clock. */
const LOOKS = 256;
/** Time between two glances from which on the processor was taken away in between, ms. */
const TAKEN = 1;
/** How long a thread looks only briefly after that, ms. */
const REST = 300;

/** Until when this thread looks only briefly. */
let restUntil = 0;

/**
 * How far a counter is from a value: 0 or less where it has reached it. The counters are 32 bits wide and wrap; their difference does not.
 * @param {Int32Array} counters @param {number} index @param {number} value
 */
const missing = (counters, index, value) => (value - Atomics.load(counters, index)) | 0;

/**
 * Looks at a counter for a while; @returns whether it has reached the value
 * @param {Int32Array} counters @param {number} index @param {number} value
 */
function spinUntil(counters, index, value) {
  let now = performance.now();
  const deadline = now + (now < restUntil ? BRIEF_SPIN : SPIN);
  for (let look = 1; missing(counters, index, value) > 0; look++) {
    if (look % LOOKS) continue;
    const last = now;
    now = performance.now();
    if (now - last > TAKEN) {
      restUntil = now + REST;
      return false;
    }
    if (now > deadline) return false;
  }
  const end = performance.now();
  if (end - now > TAKEN) restUntil = end + REST;
  return true;
}

/**
 * Waits until a counter has reached a value, and blocks the thread meanwhile.
 * @param {Int32Array} counters @param {number} index @param {number} value
 */
export function waitUntil(counters, index, value) {
  if (spinUntil(counters, index, value)) return;
  for (let seen = Atomics.load(counters, index); ((value - seen) | 0) > 0; seen = Atomics.load(counters, index)) {
    Atomics.wait(counters, index, seen);
  }
}

/**
 * The same for a thread with an event loop that others rely on: it blocks for a short time only, and calls `rest` in between.
 * @param {Int32Array} counters @param {number} index @param {number} value
 * @param {number} patience ms @param {() => Promise<void>} rest
 */
export async function waitInTurns(counters, index, value, patience, rest) {
  if (spinUntil(counters, index, value)) return;
  for (let seen = Atomics.load(counters, index); ((value - seen) | 0) > 0; seen = Atomics.load(counters, index)) {
    if (Atomics.wait(counters, index, seen, patience) === 'timed-out') await rest();
  }
}
