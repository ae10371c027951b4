// Runs cuts of the pending graph on ONNX Runtime, with one session for all cuts of the same structure.

import { ExpectationError } from '@flowvae/tensor';
import { nativeRuntime } from '#native-session';
import { optimise } from '../passes/optimise.ts';
import { Executable, type OutputArray } from '../sessions/executable.ts';
import { LeastRecentlyUsed, promised } from '../sessions/least-recently-used.ts';
import type { NativeExecutable } from './native-session.ts';
import type { Cut } from './pending-graph.ts';
import { structureKey } from './structure-key.ts';

/** Sessions kept at a time, each for one structure of graph. */
const SESSION_LIMIT = 128;

export class GraphRunner {
  readonly #threads: number;
  readonly #native = new LeastRecentlyUsed<NativeExecutable>(SESSION_LIMIT, (executable) => executable.dispose());
  readonly #public = new LeastRecentlyUsed<Promise<Executable>>(SESSION_LIMIT, release);
  /** Sessions created so far. */
  created = 0;

  constructor(threads: number) {
    this.#threads = threads;
  }

  /**
   * Runs at once.
   *
   * @throws ExpectationError if the native library cannot be called synchronously
   */
  runSync({ graph, arrays }: Cut): OutputArray[] {
    const runtime = nativeRuntime.load();
    if (typeof runtime === 'string') {
      throw new ExpectationError({
        where: 'onnxruntime: dataSync',
        expected: "onnxruntime-node's native library",
        received: runtime,
        remedy: 'await data() instead',
      });
    }
    const create = () => {
      this.created++;
      return runtime.create(optimise(graph), this.#threads);
    };
    return this.#native.get(structureKey(graph), create).run(arrays);
  }

  /** Whether {@link runSync} works here. */
  get isSynchronous(): boolean {
    return typeof nativeRuntime.load() !== 'string';
  }

  /** Runs by onnxruntime-node's public way. The arrays must not change until the promise resolves. */
  async run({ graph, arrays }: Cut): Promise<OutputArray[]> {
    const create = async () => {
      this.created++;
      return Executable.create(optimise(graph), { threads: this.#threads });
    };
    const executable = await promised(this.#public, structureKey(graph), create);
    const feeds = Object.fromEntries(graph.inputs.map(({ name }, i) => [name, arrays[i]!]));
    const results = await executable.run<OutputArray>(feeds);
    return graph.outputs.map(({ name }) => results[name]!);
  }

  /** Frees all sessions. */
  dispose(): void {
    this.#native.clear();
    this.#public.clear();
  }
}

function release(created: Promise<Executable>): void {
  created.then((executable) => executable.dispose()).catch(() => {}); // no caller waits for it
}
