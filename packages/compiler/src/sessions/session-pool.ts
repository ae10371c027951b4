// Independent runs of graphs, spread over threads: each thread has its own sessions, which use one core.
import { Worker } from 'node:worker_threads';
import type { Arrays, OutputArray } from './executable.ts';
import { runCounter } from './executable.ts';
import { closeGate, leaveGate, openGate } from './native-gate.js';
import type { SessionRecipe } from './session-recipe.ts';
import type { LentArray } from './shared-views.js';

const WORKER = new URL('./session-worker.js', import.meta.url);

/** Constant inputs' arrays, each of its input's type; lent arrays are not copied. */
export type Fixed = Readonly<Record<string, OutputArray | LentArray>>;

/** A worker's start data: its place at the gate to native code. */
export interface ThreadData {
  readonly gate: Int32Array;
  readonly thread: number;
}

/** A message to a worker: a session to make, or a job for one. */
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

/** One thread and its unfinished jobs. */
class Thread {
  readonly pending = new Map<number, Pending>();
  readonly #worker: Worker;
  /** The reason of the thread's end; afterwards it takes no job. */
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
    this.#failure ??= error; // an error event comes before the exit that it causes
    for (const { reject } of this.pending.values()) reject(error);
    this.pending.clear();
  }
}

/**
 * Threads that run the same graphs on different inputs; another one starts when all have work. Every run uses one core
 * and has the same shapes, so results do not depend on the number of threads. They may depend on the shapes: the last
 * place of log and similar functions depends on an element's position in the tensor.
 */
export class SessionPool {
  readonly #most: number;
  readonly #threads: Thread[] = [];
  readonly #gate: Int32Array;
  readonly #sessions: { readonly recipe: SessionRecipe; readonly fixed: Fixed }[] = [];
  #jobs = 0;

  /** @param threads at most so many; the first starts at once, while graphs are traced */
  constructor(threads: number) {
    this.#most = threads;
    this.#gate = openGate(threads);
    this.#start();
  }

  /**
   * Makes a graph known to all threads.
   *
   * @param fixed arrays of inputs that are equal in every run, such as variables
   * @returns the session's number, for `run`
   */
  add(recipe: SessionRecipe, fixed: Fixed): number {
    const session = { recipe, fixed };
    for (const thread of this.#threads) thread.send(session);
    return this.#sessions.push(session) - 1;
  }

  /**
   * Runs a session once, on the thread with the fewest jobs. The arrays are copied at once. Rejects if this thread has
   * ended.
   */
  run(session: number, arrays: Arrays): Promise<Arrays> {
    const { recipe } = this.#sessions[session]!;
    return this.#leastBusy().run({ job: this.#jobs++, session, arrays }, recipe.nodes);
  }

  /** Ends all threads; unfinished jobs fail. */
  async dispose(): Promise<void> {
    closeGate(this.#gate);
    await Promise.all(this.#threads.map((thread) => thread.stop()));
  }

  #leastBusy(): Thread {
    const least = this.#threads.reduce((a, b) => (b.pending.size < a.pending.size ? b : a));
    return least.pending.size === 0 || this.#threads.length === this.#most ? least : this.#start();
  }

  #start(): Thread {
    const thread = new Thread({ gate: this.#gate, thread: this.#threads.length });
    for (const session of this.#sessions) thread.send(session);
    this.#threads.push(thread);
    return thread;
  }
}
