// Independent runs of graphs, spread over threads: each thread has its own sessions, which use one core.

import { giveBack, takeThread } from '../threads/kept-threads.ts';
import type { Fixed, Opening, SessionThread } from '../threads/session-thread.ts';
import type { Arrays } from './executable.ts';
import type { SessionRecipe } from './session-recipe.ts';

export { keepThreads } from '../threads/kept-threads.ts';

/**
 * Threads that run the same graphs on different inputs; another one joins when all have work. Every run uses one core
 * and has the same shapes, so results do not depend on the number of threads. They may depend on the shapes: the last
 * place of log and similar functions depends on an element's position in the tensor.
 *
 * Threads end with their pool, but for those that `keepThreads` keeps for the next one.
 */
export class SessionPool {
  readonly #most: number;
  readonly #threads: SessionThread[] = [];
  readonly #sessions: Opening[] = [];
  #jobs = 0;

  /** @param threads at most so many; the first starts at once, while graphs are traced */
  constructor(threads: number) {
    this.#most = threads;
    this.#join();
  }

  /**
   * Makes a graph known to all threads.
   *
   * @param fixed arrays of inputs that are equal in every run, such as variables
   * @returns the session's number, for `run`
   */
  add(recipe: SessionRecipe, fixed: Fixed): number {
    const session = { recipe, fixed };
    for (const thread of this.#threads) thread.open(session);
    return this.#sessions.push(session) - 1;
  }

  /**
   * Runs a session once, on the thread with the fewest jobs. The arrays are copied at once. Rejects if this thread has
   * ended, or the pool.
   */
  async run(session: number, arrays: Arrays): Promise<Arrays> {
    if (this.#threads.length === 0) throw new Error('compile: this pool of threads was disposed of');
    const { recipe } = this.#sessions[session]!;
    return this.#leastBusy().run({ job: this.#jobs++, session, arrays }, recipe.nodes);
  }

  /** Frees all sessions, and ends threads that are not kept; unfinished jobs fail. */
  async dispose(): Promise<void> {
    await Promise.all(this.#threads.splice(0).map(giveBack));
  }

  #leastBusy(): SessionThread {
    const least = this.#threads.reduce((a, b) => (b.jobs < a.jobs ? b : a));
    return least.jobs === 0 || this.#threads.length === this.#most ? least : this.#join();
  }

  #join(): SessionThread {
    const thread = takeThread();
    for (const session of this.#sessions) thread.open(session);
    this.#threads.push(thread);
    return thread;
  }
}
