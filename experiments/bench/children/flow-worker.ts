// One thread of the flow section: it runs the pass on its rows, in step with the others.
import { parentPort, workerData } from 'node:worker_threads';
import { tf } from 'flowvae';
import { type FlowPass, flowPass } from '../contenders/flow-alone.ts';
import type { SpreadTask } from '../contenders/spread-flow.ts';

const { layers, rows, workers, meetings } = workerData as SpreadTask;
const WARM_UP = 5;

let met = 0;

/** Waits until every thread is here; threads look at the counter for a while before they sleep, as training's do. */
function meet(): void {
  met += workers;
  Atomics.add(meetings, 0, 1);
  Atomics.notify(meetings, 0);
  for (let spin = 0; spin < 2000; spin++) if (Atomics.load(meetings, 0) >= met) return;
  for (let seen = Atomics.load(meetings, 0); seen < met; seen = Atomics.load(meetings, 0)) {
    Atomics.wait(meetings, 0, seen);
  }
}

/** Milliseconds of each run, from the moment when all threads are ready to the moment when all are done. */
async function durations(pass: FlowPass, count: number): Promise<number[]> {
  const all: number[] = [];
  for (let i = 0; i < count + WARM_UP; i++) {
    meet();
    const from = performance.now();
    await pass.run();
    meet();
    if (i >= WARM_UP) all.push(performance.now() - from);
  }
  return all;
}

await tf.setBackend('cpu');
const pass = await flowPass(layers, rows, 1);
parentPort!.on('message', async (count: number) => parentPort!.postMessage(await durations(pass, count)));
parentPort!.postMessage([]);
