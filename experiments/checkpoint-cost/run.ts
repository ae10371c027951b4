// What checkpoints cost: a run of the main job's model with a checkpoint every hundred steps, each of them timed.
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beginRun, type Callback, completeConfig, experiment, fit, tolerateClosedPipes, training } from 'flowvae';

tolerateClosedPipes();

const STEPS = 1000;
const EVERY = 100;

/** Seconds between checkpoints by default. */
const DEFAULT_SECONDS = 60;

/** The same callback, with the milliseconds of every call of `onStep` noted. */
function timed({ onStep, ...callback }: Callback, into: number[]): Callback {
  if (!onStep) return callback;
  return {
    ...callback,
    async onStep(moment) {
      const from = performance.now();
      await onStep(moment);
      into.push(performance.now() - from);
    },
  };
}

const config = completeConfig({ steps: STEPS });
const parts = experiment(config);
const { problem, optimizer } = training(parts);
const { variables } = parts.model;
const folder = mkdtempSync(join(process.argv[2] ?? tmpdir(), 'flowvae-cost-'));
const path = join(folder, 'run');
const run = beginRun(path, { config, checkpointEvery: EVERY });
const durations: number[][] = run.callbacks.map(() => []);
const callbacks = run.callbacks.map((callback, i) => timed(callback, durations[i]!));
const { msPerStep } = await fit({ ...problem, variables, optimizer, steps: STEPS, threads: config.threads, callbacks });
run.close();

const perStep = durations.filter((each) => each.length > 0);
const checkpoints = perStep
  .map((each) => each.filter((_, i) => (i + 1) % EVERY === 0))
  .at(-1)!
  .toSorted((a, b) => a - b);
const others = perStep.flat().filter((duration) => duration < checkpoints[0]!);
const median = checkpoints[checkpoints.length >> 1]!;
const bytes = statSync(join(path, 'checkpoints', `step-${String(STEPS).padStart(9, '0')}.safetensors`)).size;
rmSync(folder, { recursive: true });
const interval = Math.max(DEFAULT_SECONDS * 1000, 100 * median);
console.log(
  JSON.stringify({
    threads: config.threads,
    msPerStep,
    megabytes: bytes / 1e6,
    checkpoints: checkpoints.length,
    msPerCheckpoint: { median, least: checkpoints[0], most: checkpoints.at(-1) },
    msPerStepWithoutCheckpoint: others.reduce((sum, duration) => sum + duration, 0) / STEPS,
    percentOfTimeAtDefaultInterval: (100 * median) / interval,
  }),
);
