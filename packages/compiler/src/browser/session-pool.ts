// Runs of graphs that do not depend on each other, one after the other: ONNX Runtime has its own threads in a page.

import type { Arrays, OutputArray } from '../sessions/executable.ts';
import { runCounter } from '../sessions/executable.ts';
import { requiredRuntime } from '../sessions/required-runtime.ts';
import type { SessionPool as PoolInNode } from '../sessions/session-pool.ts';
import type { SessionRecipe } from '../sessions/session-recipe.ts';
import { openStages, type StagedSession } from '../stages/staged-session.js';

type Run = (arrays: Arrays) => Promise<Arrays>;

interface Opened {
  readonly nodes: number;
  readonly run: Promise<Run>;
}

/** The pool of a page, with the methods of the pool of threads. */
export class SessionPool implements Pick<PoolInNode, 'add' | 'run' | 'dispose'> {
  readonly #sessions: StagedSession[] = [];
  readonly #opened: Opened[] = [];
  #last: Promise<unknown> = Promise.resolve();

  add(recipe: SessionRecipe, fixed: Readonly<Record<string, unknown>>): number {
    const run = this.#open(recipe, fixed as Readonly<Record<string, OutputArray>>);
    run.catch(() => {}); // reported when a job runs it
    return this.#opened.push({ nodes: recipe.nodes, run }) - 1;
  }

  run(session: number, arrays: Arrays): Promise<Arrays> {
    const copies = Object.fromEntries(Object.entries(arrays).map(([name, array]) => [name, array.slice()]));
    const { run, nodes } = this.#opened[session]!;
    const result = this.#last.then(async () => {
      const outputs = await (await run)(copies);
      runCounter.runs++;
      runCounter.nodes += nodes;
      return outputs;
    });
    this.#last = result.catch(() => {}); // the caller of that run gets the error
    return result;
  }

  async dispose(): Promise<void> {
    await this.#last;
    await Promise.all(this.#sessions.splice(0).map((session) => session.release()));
  }

  async #open(recipe: SessionRecipe, fixed: Readonly<Record<string, OutputArray>>): Promise<Run> {
    const { inputs, outputs, options, runtime: _, runner: __, ...stages } = recipe;
    const runtime = await requiredRuntime('compile');
    const session = await openStages(stages, options, runtime);
    this.#sessions.push(session);
    const fetches = Object.fromEntries(outputs.map(({ key }) => [key, null]));
    return async (arrays) => {
      const feeds = inputs.map(({ name, key, shape, type }) => {
        const array = fixed[name] ?? arrays[name]!;
        return [key, new runtime.Tensor(type, array as Float32Array, shape)] as const;
      });
      const results = await session.run(Object.fromEntries(feeds) as never, fetches);
      return Object.fromEntries(outputs.map(({ name, key }) => [name, results[key]!.data as Float32Array]));
    };
  }
}
