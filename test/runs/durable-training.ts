// Runs of a small VAE that are killed and taken up by a program.
import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DurableRun, DurableRunOptions } from '@flowvae/runs';
import { tf } from '@flowvae/tensor';
import { fit, type Optimizer } from '@flowvae/training';
import { expect } from 'vitest';
import { smallVae, valuesOf } from '../training/problems.ts';

const root = mkdtempSync(join(tmpdir(), 'flowvae-durable-'));

let next = 0;

/** A path that nothing has used yet. */
export const freshPath = (): string => join(root, `run${next++}`);

const STEPS = 23;
/** Options of every run here. */
export const options: DurableRunOptions = {
  config: { seed: 1, rate: 0.01 },
  versions: { cpu: 'this' },
  checkpointEvery: 4,
};
/** The message of the one clear error that an action ends in. */
export const refused = (action: () => unknown): string => {
  try {
    action();
  } catch (error) {
    expect((error as Error).name).toBe('ExpectationError');
    return (error as Error).message;
  }
  throw new Error('nothing was thrown');
};

/** Trains a small VAE to a step, as if it were killed there unless that is the last, and returns its parameters. */
export async function train(
  run: DurableRun,
  optimizer: Optimizer,
  { killedAt = STEPS, entryEvery = 5, engine = 'compiled' as const } = {},
) {
  const { problem, variables } = smallVae(1);
  const killer = {
    onStep: ({ step }: { readonly step: number }) => (step === killedAt && step < STEPS ? kill() : undefined),
  };
  const callbacks = [...run.callbacks, killer];
  const result = await fit({
    ...problem,
    variables,
    optimizer,
    steps: STEPS,
    entryEvery,
    engine,
    from: run.from,
    callbacks,
  }).catch((error: unknown) => {
    if (error !== killed) throw error;
  });
  const values = valuesOf(variables);
  tf.dispose({ ...variables });
  run.close();
  return { values, history: result?.history };
}

const killed = new Error('killed');
/** Ends `fit` from a callback, as a kill would end the process. */
export const kill = (): never => {
  throw killed;
};

/** The metrics that a run has written, without times. */
export const metricsOf = (run: string) =>
  readFileSync(join(run, 'metrics.jsonl'), 'utf8').replaceAll(/"msPerStep":[^,}]+/g, '');
