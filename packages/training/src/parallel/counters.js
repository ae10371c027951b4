// @ts-check
// Waiting for another thread by a counter in shared memory. JavaScript, because worker threads load it too.

import { cpus, loadavg } from 'node:os';

/**
 * Time that a thread polls a counter before it sleeps, ms. Longer than the waits within a step and between two steps:
 * threads that alternately sleep and wake are often put on one processor, one after the other, while the next processor
 * idles.
 */
const SPIN = 4;
/**
 * The same if other programs need the processors, ms: polling then keeps another thread from working, often the awaited
 * one.
 */
const BRIEF_SPIN = 0.05;
/** Looks between two glances at the clock. */
const LOOKS = 256;
/** Time for which knowledge about other programs stays valid, ms. */
const KNOWN = 500;

const processors = cpus().length;
let lookedAt = Number.NEGATIVE_INFINITY;
let spin = SPIN;

/**
 * Time to poll, ms: the threads ready to run, over the last minute, show whether other programs want the processors. A
 * briefly missing processor is no such sign, because a virtual machine loses its processors now and then although
 * nothing here waits for them; and Windows keeps no such count.
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
 * Distance of a counter from a value: 0 or less if it has reached it. The counters are 32 bits wide and wrap; their
 * difference does not.
 * @param {Int32Array} counters @param {number} index @param {number} value
 */
const missing = (counters, index, value) => (value - Atomics.load(counters, index)) | 0;

/**
 * Polls a counter for a while; @returns whether it has reached the value
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
 * The same for a thread whose event loop others rely on: it blocks for a short time only, and calls `rest` in between.
 * @param {Int32Array} counters @param {number} index @param {number} value
 * @param {number} patience ms @param {() => Promise<void>} rest
 */
export async function waitInTurns(counters, index, value, patience, rest) {
  if (spinUntil(counters, index, value)) return;
  for (let seen = Atomics.load(counters, index); ((value - seen) | 0) > 0; seen = Atomics.load(counters, index)) {
    if (Atomics.wait(counters, index, seen, patience) === 'timed-out') await rest();
  }
}
