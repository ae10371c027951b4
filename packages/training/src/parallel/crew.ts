// The threads of a parallel step: they follow the same commands in the same order.
import { Worker } from 'node:worker_threads';
import { type ShardData, type SharedState, vocabulary } from './shared-state.ts';

const WORKER = new URL('./shard-worker.js', import.meta.url);

/** Workers and the commands that they were given. A worker that fails makes every later wait fail with its error. */
export class Crew {
  readonly #workers: readonly Worker[];
  readonly #state: SharedState;
  /** Commands that each worker has finished; −1 until it is ready. */
  readonly #finished: number[];
  #given = 0;
  #failure: Error | undefined;
  #wake: () => void = () => {};

  private constructor(shards: readonly ShardData[], state: SharedState) {
    this.#state = state;
    this.#finished = shards.map(() => -1);
    this.#workers = shards.map((data, shard) => this.#worker(data, shard));
  }

  /** Starts a worker for each shard and waits until all are ready. */
  static async start(shards: readonly ShardData[], state: SharedState): Promise<Crew> {
    const crew = new Crew(shards, state);
    try {
      await crew.done(0);
    } catch (error) {
      await crew.dismiss();
      throw error;
    }
    return crew;
  }

  /** Gives a command; @returns its number, for `done`. */
  give(command: readonly number[]): number {
    const { ring, width } = vocabulary;
    if (this.#given - Math.min(...this.#finished) >= ring)
      throw new Error('training: more commands than the ring holds');
    this.#state.commands.set(command, (this.#given % ring) * width);
    this.#given++;
    Atomics.store(this.#state.sequence, 0, this.#given);
    Atomics.notify(this.#state.sequence, 0);
    return this.#given;
  }

  /** Resolves when all workers have finished so many commands. */
  async done(count: number): Promise<void> {
    while (!this.#failure && Math.min(...this.#finished) < count) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    if (this.#failure) throw this.#failure;
  }

  /** Resolves when nothing is under way. */
  settled(): Promise<void> {
    return this.done(this.#given);
  }

  /** Stops all workers, whatever they are doing. */
  async dismiss(): Promise<void> {
    await Promise.all(this.#workers.map((worker) => worker.terminate()));
  }

  #worker(data: ShardData, shard: number): Worker {
    const worker = new Worker(WORKER, { workerData: data, execArgv: [] });
    worker.on('message', (count: number) => {
      this.#finished[shard] = count;
      this.#wake();
    });
    worker.on('error', (error: Error) => this.#fail(error));
    worker.on('exit', (code) => this.#fail(new Error(`training: a thread ended with code ${code}`)));
    return worker;
  }

  #fail(error: Error): void {
    this.#failure ??= error;
    this.#wake();
  }
}
