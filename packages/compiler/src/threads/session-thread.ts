// A thread that runs sessions for one pool at a time.
import { Worker } from 'node:worker_threads';
import type { Arrays, OutputArray } from '../sessions/executable.ts';
import { runCounter } from '../sessions/executable.ts';
import { closeGate, leaveGate, openGate } from '../sessions/native-gate.js';
import type { SessionRecipe } from '../sessions/session-recipe.ts';
import type { LentArray } from '../sessions/shared-views.js';

const WORKER = new URL('./session-worker.js', import.meta.url);

/** Constant inputs' arrays, each of its input's type; lent arrays are not copied. */
export type Fixed = Readonly<Record<string, OutputArray | LentArray>>;

/** A session that a thread makes; it gets the next number. */
export interface Opening {
  readonly recipe: SessionRecipe;
  readonly fixed: Fixed;
}

/** A run of a session. */
export interface Job {
  readonly job: number;
  readonly session: number;
  readonly arrays: Arrays;
}

/** A worker's start data: its gate to native code. */
export interface ThreadData {
  readonly gate: Int32Array;
}

/** A message to a worker; `free` frees all sessions. */
export type ToWorker = Opening | Job | 'free';

type FromWorker =
  | { readonly job: number; readonly outputs: Arrays }
  | { readonly job: number; readonly error: string }
  | 'freed';

interface Pending {
  readonly nodes: number;
  resolve(outputs: Arrays): void;
  reject(error: Error): void;
}

/** One thread and its unfinished jobs. */
export class SessionThread {
  readonly #pending = new Map<number, Pending>();
  readonly #gate = openGate(1);
  readonly #worker: Worker;
  /** The reason of the thread's end; afterwards it takes no job. */
  #failure: Error | undefined;
  #onFreed: () => void = () => {};

  constructor() {
    this.#worker = new Worker(WORKER, { workerData: { gate: this.#gate } satisfies ThreadData, execArgv: [] });
    this.#worker.on('message', (message: FromWorker) => this.#receive(message));
    this.#worker.on('error', (error: Error) => this.#fail(error));
    this.#worker.on('exit', (code) => {
      leaveGate(this.#gate, 0);
      this.#fail(new Error(`compile: a thread ended with code ${code}`));
    });
  }

  /** Unfinished jobs. */
  get jobs(): number {
    return this.#pending.size;
  }

  /** Whether the thread can work, as far as this thread knows. */
  get works(): boolean {
    return this.#failure === undefined;
  }

  open(opening: Opening): void {
    this.#send(opening);
  }

  /** Runs a session. The arrays are copied at once. Rejects if the thread has ended. */
  async run(message: Job, nodes: number): Promise<Arrays> {
    if (this.#failure) throw this.#failure;
    return new Promise((resolve, reject) => {
      this.#pending.set(message.job, { nodes, resolve, reject });
      this.#send(message);
    });
  }

  /** Frees all sessions; resolves also if the thread ends meanwhile. */
  async free(): Promise<void> {
    if (this.#failure) return;
    await new Promise<void>((resolve) => {
      this.#onFreed = resolve;
      this.#send('free');
    });
  }

  /** Lets the process end, or keeps it alive. */
  holdProcess(holds: boolean): void {
    if (holds) this.#worker.ref();
    else this.#worker.unref();
  }

  /** Ends the thread at any work, once it is out of native code; unfinished jobs fail. */
  async end(): Promise<void> {
    closeGate(this.#gate);
    await this.#worker.terminate();
  }

  #send(message: ToWorker): void {
    this.#worker.postMessage(message);
  }

  #receive(message: FromWorker): void {
    if (message === 'freed') {
      this.#onFreed();
      return;
    }
    const pending = this.#pending.get(message.job)!;
    this.#pending.delete(message.job);
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
    for (const { reject } of this.#pending.values()) reject(error);
    this.#pending.clear();
    this.#onFreed();
  }
}
