// The threads of a parallel step, including this one: they follow the same commands in the same order.
import { setImmediate } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { closeGate, leaveGate } from '@flowvae/compiler';
import { waitInTurns } from './counters.js';
import { commandAt, openShard } from './shard.js';
import { type ShardData, type SharedState, vocabulary } from './shared-state.ts';

/** Time that this thread waits before a turn of its event loop, ms. */
const PATIENCE = 20;

const WORKER = new URL('./shard-worker.js', import.meta.url);

/**
 * This thread and its workers, with their commands. The first part of the step is this thread's own, so that there are
 * only as many threads as requested. If a worker fails, every later wait fails with its error.
 */
export class Crew {
  readonly #own: ShardData;
  readonly #workers: readonly Worker[];
  readonly #state: SharedState;
  #part: Awaited<ReturnType<typeof openShard>> | undefined;
  #following: Promise<void> = Promise.resolve();
  #ready = 0;
  #given = 0;
  #failure: Error | undefined;
  #wake: () => void = () => {};

  private constructor([own, ...others]: readonly ShardData[], state: SharedState) {
    this.#own = own!;
    this.#state = state;
    this.#workers = others.map((data) => this.#worker(data));
  }

  /** Starts a worker for each part but the first, and waits until all are ready. */
  static async start(shards: readonly ShardData[], state: SharedState): Promise<Crew> {
    const crew = new Crew(shards, state);
    try {
      const [part] = await Promise.all([
        openShard(crew.#own, {
          wait: (counters, index, value) => crew.#wait(counters, index, value),
          guarded: (native) => native(), // nothing ends this thread from outside
        }),
        crew.#allReady(),
      ]);
      crew.#part = part;
    } catch (error) {
      await crew.dismiss();
      throw error;
    }
    return crew;
  }

  /** Gives a command: the workers begin at once, this thread at the next wait; @returns its number, for `done`. */
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

  /** Does this thread's part, and resolves when all threads have finished this many commands. */
  async done(count: number): Promise<void> {
    this.#following = this.#following.then(() => this.#followUntil(count)); // one after the other, for all waiters
    await this.#following;
    const { finished } = this.#state;
    for (let shard = 0; shard < finished.length; shard++) await this.#wait(finished, shard, count);
  }

  /** Resolves when no command is in progress. */
  settled(): Promise<void> {
    return this.done(this.#given);
  }

  async #followUntil(count: number): Promise<void> {
    const { finished } = this.#state;
    for (let next = finished[0]!; next < count; next++) {
      await this.#part!.follow(commandAt(this.#own, next));
      Atomics.store(finished, 0, next + 1);
    }
  }

  /**
   * Waits for the workers. It blocks this thread for up to `PATIENCE` at a time, as a session in this thread would: a
   * message through the event loop takes several times longer than a step's other waits.
   */
  async #wait(counters: Int32Array, index: number, value: number): Promise<void> {
    const look = () => {
      if (this.#failure) throw this.#failure;
    };
    look();
    await waitInTurns(counters, index, value, PATIENCE, async () => {
      await setImmediate();
      look();
    });
    look();
  }

  async #allReady(): Promise<void> {
    while (!this.#failure && this.#ready < this.#workers.length) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    if (this.#failure) throw this.#failure;
  }

  /** Stops all workers at any work, once they are out of native code, and frees this thread's sessions. */
  async dismiss(): Promise<void> {
    closeGate(this.#state.gate);
    await Promise.all(this.#workers.map((worker) => worker.terminate()));
    // a command in progress fails now, because the workers are gone; its waiter gets the error
    await this.#following.catch(() => {});
    await this.#part?.free();
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
