// The flow's rows spread over threads, each with a session of its own, as training spreads them.
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { type Candidate, median } from '../measurement.ts';
import { shape } from '../setting.ts';

/** A thread's start data. */
export interface SpreadTask {
  readonly layers: number;
  readonly rows: number;
  readonly workers: number;
  /** How often a thread has come to a meeting; shared. */
  readonly meetings: Int32Array;
}

/** Node 20 starts a thread from JavaScript only: a line of it that loads the program. */
const START = `import(${JSON.stringify(import.meta.resolve('tsx/esm/api'))}).then(({ register }) => {
  register();
  return import(${JSON.stringify(new URL('../children/flow-worker.ts', import.meta.url).href)});
})`;

/** Milliseconds of a forward and backward pass over all rows. */
export const spreadFlow = (name: string, layers: number, threads: number): Candidate => ({
  name,
  async start() {
    const task = { layers, rows: shape.batch / threads, workers: threads };
    if (!Number.isInteger(task.rows))
      throw new Error(`${shape.batch} rows do not spread evenly over ${threads} threads`);
    const meetings = new Int32Array(new SharedArrayBuffer(4));
    const workers = Array.from(
      { length: threads },
      () => new Worker(START, { eval: true, workerData: { ...task, meetings } satisfies SpreadTask }),
    );
    const answers = () => Promise.all(workers.map(async (worker) => (await once(worker, 'message'))[0] as number[]));
    await answers();
    return {
      async measure(count) {
        const answered = answers();
        for (const worker of workers) worker.postMessage(count);
        return median((await answered)[0]!);
      },
      close: async () => void (await Promise.all(workers.map((worker) => worker.terminate()))),
    };
  },
});
