// The memory that one part of a run leaves to the next.
import { setImmediate } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/**
 * Has V8 collect garbage now. V8 goes by the size of its own heap, and lets up to 64 MiB of dead buffers besides it
 * pile up: parameters and optimiser of a training that has ended, while an evaluation takes memory of its own.
 */
export async function collectGarbage(): Promise<void> {
  setFlagsFromString('--expose-gc');
  const collect: unknown = runInNewContext('gc');
  if (typeof collect !== 'function') return;
  collect();
  await setImmediate(); // finalizers of native objects run in a turn of their own, and hold buffers until then
  collect();
}
