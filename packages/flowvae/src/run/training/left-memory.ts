// The memory that one part of a run leaves to the next.
import { setImmediate } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** A model with fewer bytes of parameters leaves little; collecting takes longer the more a process holds. */
const LEAST_BYTES = 2 ** 20;

/**
 * Gives memory that is no longer used back to the system: dead buffers, and pages that the C library keeps for later
 * ones. V8 goes by the size of its own heap, and lets up to 64 MiB of dead buffers besides it pile up. glibc keeps
 * pages between two buffers that are alive.
 *
 * @param parameters numbers of the model that is trained; a small one is passed over
 */
export async function leaveMemory(parameters: number): Promise<void> {
  if (4 * parameters < LEAST_BYTES) return;
  await collectGarbage();
  await trimFreed();
}

async function collectGarbage(): Promise<void> {
  setFlagsFromString('--expose-gc'); // for the contexts that are made from here on
  const collect: unknown = runInNewContext('globalThis.gc');
  setFlagsFromString('--no-expose-gc');
  if (typeof collect !== 'function') return;
  collect();
  await setImmediate(); // finalizers of native objects run in a turn of their own, and hold buffers until then
  collect();
}

/** Does nothing where the C library has no such function, as musl's and those of other systems, or koffi no binary. */
async function trimFreed(): Promise<void> {
  try {
    const { default: koffi } = await import('koffi');
    koffi.load(null).func('int malloc_trim(size_t)')(0);
  } catch {}
}
