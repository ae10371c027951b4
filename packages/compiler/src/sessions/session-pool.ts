// Independent runs of graphs, spread over threads: each thread has sessions of its own that use one core.
import { Worker } from 'node:worker_threads';
import type { Arrays, OutputArray } from './executable.ts';
import { runCounter } from './executable.ts';
import { closeGate, leaveGate, openGate } from './native-gate.js';
import type { SessionRecipe } from './session-recipe.ts';
import type { LentArray } from './shared-views.js';

const WORKER = new URL('./session-worker.js', import.meta.url);

/** Arrays that stay, each of its input's type; lent ones are not copied. */
export type Fixed = Readonly<Record<string, OutputArray | LentArray>>;

/** What a worker starts with: its place at the gate to native code. */
export interface ThreadData {
  readonly gate: Int32Array;
  readonly thread: number;
}

/** What a worker is told: a session to make, or a job for one. */
export type ToWorker = { readonly recipe: SessionRecipe; readonly fixed: Fixed } | Job;

interface Job {
  readonly job: number;
  readonly session: number;
  readonly arrays: Arrays;
}

type FromWorker = { readonly job: number; readonly outputs: Arrays } | { readonly job: number; readonly error: string };

interface Pending {
  readonly nodes: number;
  resolve(outputs: Arrays): void;
  reject(error: Error): void;
}

/** One thread and the jobs it has not finished. */
class Thread {
  readonly pending = new Map<number, Pending>();
  readonly #worker: Worker;
  /** Why the thread ended; it does no more. */
  #failure: Error | undefined;

  constructor(data: ThreadData) {
    this.#worker = new Worker(WORKER, { workerData: data, execArgv: [] });
    this.#worker.on('message', (message: FromWorker) => this.#receive(message));
    this.#worker.on('error', (error: Error) => this.#fail(error));
    this.#worker.on('exit', (code) => {
      leaveGate(data.gate, data.thread);
      this.#fail(new Error(`compile: a thread ended with code ${code}`));
    });
  }

  send(message: ToWorker): void {
    this.#worker.postMessage(message);
  }

  async run(message: Job, nodes: number): Promise<Arrays> {
    if (this.#failure) throw this.#failure;
    return new Promise((resolve, reject) => {
      this.pending.set(message.job, { nodes, resolve, reject });
      this.send(message);
    });
  }

  async stop(): Promise<void> {
    await this.#worker.terminate();
  }

  #receive(message: FromWorker): void {
    const pending = this.pending.get(message.job)!;
    this.pending.delete(message.job);
    if ('error' in message) {
      pending.reject(new Error(message.error));
      return;
    }
    runCounter.runs++;
    runCounter.nodes += pending.nodes;
    pending.resolve(message.outputs);
  }

  #fail(error: Error): void {
    this.#failure ??= error; // an error comes before the end that it causes
    for (const { reject } of this.pending.values()) reject(error);
    this.pending.clear();
  }
}

/**
 * Threads that run the same graphs on different inputs. Every run uses one core and has the same shapes, so results do
 * not depend on the number of threads. They may depend on the shapes: the last place of log and its like depends on
 * where in a tensor a number lies.
 */
export class SessionPool {
  readonly #threads: readonly Thread[];
  readonly #gate: Int32Array;
  readonly #nodes: number[] = [];
  #jobs = 0;

  constructor(threads: number) {
    const gate = openGate(threads);
    this.#gate = gate;
    this.#threads = Array.from({ length: threads }, (_, thread) => new Thread({ gate, thread }));
  }

  /**
   * Makes a graph known to all threads.
   *
   * @param fixed the arrays of inputs that are the same in every run, variables for one
   * @returns the session's number, for `run`
   */
  add(recipe: SessionRecipe, fixed: Fixed): number {
    for (const thread of this.#threads) thread.send({ recipe, fixed });
    return this.#nodes.push(recipe.nodes) - 1;
  }

  /**
   * Runs a session once, on the thread with the fewest jobs. The arrays are copied at once. Rejects where that thread
   * has ended.
   */
  run(session: number, arrays: Arrays): Promise<Arrays> {
    const thread = this.#threads.reduce((least, other) => (other.pending.size < least.pending.size ? other : least));
    return thread.run({ job: this.#jobs++, session, arrays }, this.#nodes[session]!);
  }

  /** Ends all threads; jobs that are not done fail. */
  async dispose(): Promise<void> {
    closeGate(this.#gate);
    await Promise.all(this.#threads.map((thread) => thread.stop()));
  }
}
