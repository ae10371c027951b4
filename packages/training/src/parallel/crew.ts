// The threads of a parallel step: they follow the same commands in the same order.
import { setImmediate } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { closeGate, leaveGate } from '@flowvae/compiler';
import { type ShardData, type SharedState, vocabulary } from './shared-state.ts';

/** How long this thread waits before it lets its event loop turn, ms. */
const PATIENCE = 20;

const WORKER = new URL('./shard-worker.js', import.meta.url);

/** Workers and the commands that they were given. A worker that fails makes every later wait fail with its error. */
export class Crew {
  readonly #workers: readonly Worker[];
  readonly #state: SharedState;
  #ready = 0;
  #given = 0;
  #failure: Error | undefined;
  #wake: () => void = () => {};

  private constructor(shards: readonly ShardData[], state: SharedState) {
    this.#state = state;
    this.#workers = shards.map((data) => this.#worker(data));
  }

  /** Starts a worker for each shard and waits until all are ready. */
  static async start(shards: readonly ShardData[], state: SharedState): Promise<Crew> {
    const crew = new Crew(shards, state);
    try {
      await crew.#allReady();
    } catch (error) {
      await crew.dismiss();
      throw error;
    }
    return crew;
  }

  /** Gives a command; @returns its number, for `done`. */
  give(command: readonly number[]): number {
    const { ring, width } = vocabulary;
    if (this.#given - Math.min(...this.#state.finished) >= ring)
      throw new Error('training: more commands than the ring holds');
    this.#state.commands.set(command, (this.#given % ring) * width);
    this.#given++;
    Atomics.store(this.#state.sequence, 0, this.#given);
    Atomics.notify(this.#state.sequence, 0);
    return this.#given;
  }

  /**
   * Resolves when all workers have finished so many commands. It blocks this thread for up to `PATIENCE` at a time, as a session in this thread
   * would: a message through the event loop takes several times longer to arrive than a step's other waits.
   */
  async done(count: number): Promise<void> {
    const { finished } = this.#state;
    for (let shard = 0; shard < finished.length; shard++) {
      for (let seen = Atomics.load(finished, shard); seen < count; seen = Atomics.load(finished, shard)) {
        if (this.#failure) throw this.#failure;
        if (Atomics.wait(finished, shard, seen, PATIENCE) === 'timed-out') await setImmediate();
      }
    }
    if (this.#failure) throw this.#failure;
  }

  /** Resolves when nothing is under way. */
  settled(): Promise<void> {
    return this.done(this.#given);
  }

  async #allReady(): Promise<void> {
    while (!this.#failure && this.#ready < this.#workers.length) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    if (this.#failure) throw this.#failure;
  }

  /** Stops all workers, whatever they are doing, once they are out of native code. */
  async dismiss(): Promise<void> {
    closeGate(this.#state.gate);
    await Promise.all(this.#workers.map((worker) => worker.terminate()));
  }

  #worker(data: ShardData): Worker {
    const worker = new Worker(WORKER, { workerData: data, execArgv: [] });
    worker.on('message', () => {
      this.#ready++;
      this.#wake();
    });
    worker.on('error', (error: Error) => this.#fail(error));
    worker.on('exit', (code) => {
      leaveGate(data.state.gate, data.shard);
      this.#fail(new Error(`training: a thread ended with code ${code}`));
    });
    return worker;
  }

  #fail(error: Error): void {
    this.#failure ??= error;
    this.#wake();
  }
}
