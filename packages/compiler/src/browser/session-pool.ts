// Runs of graphs that do not depend on each other, one after the other, each on all threads.

import type { Arrays, OutputArray } from '../sessions/executable.ts';
import { Executable } from '../sessions/executable.ts';
import type { SessionPool as PoolInNode } from '../sessions/session-pool.ts';
import type { SessionRecipe } from '../sessions/session-recipe.ts';
import type { PageRecipe } from './session-recipe.ts';

/** A page has no threads of its own that could be kept. */
export async function keepThreads(_count: number): Promise<void> {}

/** The pool of a page, with the methods of the pool of threads. */
export class SessionPool implements Pick<PoolInNode, 'add' | 'run' | 'dispose'> {
  readonly #threads: number;
  readonly #opened: { readonly executable: Promise<Executable>; readonly fixed: Arrays }[] = [];
  #last: Promise<unknown> = Promise.resolve();

  /** @param threads of each run */
  constructor(threads: number) {
    this.#threads = threads;
  }

  add(recipe: SessionRecipe, fixed: Readonly<Record<string, unknown>>): number {
    const { graph, choices } = recipe as unknown as PageRecipe;
    const executable = Executable.create(graph, { ...choices, threads: this.#threads });
    executable.catch(() => {}); // reported when a job runs it
    return this.#opened.push({ executable, fixed: fixed as Arrays }) - 1;
  }

  run(session: number, arrays: Arrays): Promise<Arrays> {
    const copies = Object.fromEntries(Object.entries(arrays).map(([name, array]) => [name, array.slice()]));
    const { executable, fixed } = this.#opened[session]!;
    const result = this.#last.then(async () => (await executable).run<OutputArray>({ ...copies, ...fixed }));
    this.#last = result.catch(() => {}); // the caller of that run gets the error
    return result as Promise<Arrays>;
  }

  async dispose(): Promise<void> {
    await this.#last;
    const opened = await Promise.allSettled(this.#opened.splice(0).map(({ executable }) => executable));
    await Promise.all(opened.map((each) => each.status === 'fulfilled' && each.value.dispose()));
  }
}
