// @ts-check
// Waiting for another thread by a counter in shared memory. JavaScript, because worker threads load it too.

import { cpus, loadavg } from 'node:os';

/**
 * How long a thread looks at a counter before it goes to sleep over it, ms. Longer than the waits within a step and
 * between two steps: threads that sleep and wake in turns are often put on one processor, one behind the other, while
 * the next processor idles.
 */
const SPIN = 4;
/**
 * The same where other programs need the processors, ms: whoever looks then keeps somebody from working, often the
 * thread that it waits for.
 */
const BRIEF_SPIN = 0.05;
/** Looks between two glances at the clock. */
const LOOKS = 256;
/** How long what is known of other programs holds, ms. */
const KNOWN = 500;

const processors = cpus().length;
let lookedAt = Number.NEGATIVE_INFINITY;
let spin = SPIN;

/**
 * How long to look, ms: threads that are ready to run, over the last minute, tell whether others want the processors. A
 * processor that is taken away for a moment does not, for a virtual machine's is now and then while nobody here waits
 * for it; and Windows keeps no such count.
 * @param {number} now
 */
function spinNow(now) {
  if (now - lookedAt < KNOWN) return spin;
  lookedAt = now;
  const [ready = 0] = loadavg();
  spin = ready > processors + 1 ? BRIEF_SPIN : SPIN;
  return spin;
}

/**
 * How far a counter is from a value: 0 or less where it has reached it. The counters are 32 bits wide and wrap; their
 * difference does not.
 * @param {Int32Array} counters @param {number} index @param {number} value
 */
const missing = (counters, index, value) => (value - Atomics.load(counters, index)) | 0;

/**
 * Looks at a counter for a while; @returns whether it has reached the value
 * @param {Int32Array} counters @param {number} index @param {number} value
 */
function spinUntil(counters, index, value) {
  const start = performance.now();
  const deadline = start + spinNow(start);
  for (let look = 1; missing(counters, index, value) > 0; look++) {
    if (look % LOOKS === 0 && performance.now() > deadline) return false;
  }
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
 * The same for a thread with an event loop that others rely on: it blocks for a short time only, and calls `rest` in
 * between.
 * @param {Int32Array} counters @param {number} index @param {number} value
 * @param {number} patience ms @param {() => Promise<void>} rest
 */
export async function waitInTurns(counters, index, value, patience, rest) {
  if (spinUntil(counters, index, value)) return;
  for (let seen = Atomics.load(counters, index); ((value - seen) | 0) > 0; seen = Atomics.load(counters, index)) {
    if (Atomics.wait(counters, index, seen, patience) === 'timed-out') await rest();
  }
}
