// Threads between two pools.
import { SessionThread } from './session-thread.ts';

/** Threads without sessions, which do not keep the process alive. The last one is the last that had work. */
const idle: SessionThread[] = [];

let most = 0;

/**
 * Keeps threads that have no work for the next evaluation, in place of ending them. That saves their start, at the
 * price of their memory. Kept threads hold no session and do not keep the process alive.
 *
 * @param count threads kept at most; at the start 0. More kept ones end now
 */
export async function keepThreads(count: number): Promise<void> {
  most = count;
  await Promise.all(idle.splice(count).map((thread) => thread.end()));
}

/** A thread that works, kept or new; it keeps the process alive. */
export function takeThread(): SessionThread {
  for (let thread = idle.pop(); thread; thread = idle.pop()) {
    if (!thread.works) continue;
    thread.holdProcess(true);
    return thread;
  }
  return new SessionThread();
}

/** Keeps a thread without its sessions, or ends it: with unfinished jobs, which fail, or beside enough kept ones. */
export async function giveBack(thread: SessionThread): Promise<void> {
  if (thread.jobs === 0 && idle.length < most) await thread.free();
  if (thread.jobs > 0 || !thread.works || idle.length >= most) {
    await thread.end();
    return;
  }
  thread.holdProcess(false);
  idle.push(thread);
}
