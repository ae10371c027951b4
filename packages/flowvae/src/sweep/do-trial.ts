// One run of a sweep in this process, begun or taken up.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { LockedError, makeFolder } from '@flowvae/runs/plain';
import { LOCKED_CODE } from '@flowvae/sweeps';
import { trainAction } from '../command/actions/train.ts';
import { type TrainFlags, trainTask } from '../command/checks/train.ts';
import type { MlflowFlags } from '../command/mlflow-flags.ts';
import { runState } from '../run-list/run-state.ts';
import { type PlannedTrial, runOf } from './sweep-folder.ts';

/** Options of {@link doTrial}. */
export interface DoTrialOptions {
  readonly trial: PlannedTrial;
  readonly plugins: readonly string[];
  readonly allowDifferentMachine?: boolean | undefined;
  readonly changedModel?: boolean | undefined;
  readonly detached?: boolean | undefined;
  readonly mlflow?: MlflowFlags;
  /** The step to stop after; absent: the last. */
  readonly until?: number | undefined;
}

/** Trains and evaluates, or goes on. A run that another process does leaves {@link LOCKED_CODE} as the exit code. */
export async function doTrial(sweep: string, options: DoTrialOptions): Promise<void> {
  const { trial, plugins, allowDifferentMachine, changedModel, detached, until, mlflow } = options;
  const run = runOf(sweep, trial);
  const before = runState(run);
  if (before?.state === 'finished' || (before?.state === 'stopped' && before.step === until)) return;
  const isBegun = existsSync(join(run, 'config.json'));
  makeFolder(join(sweep, 'runs'));
  const own = Object.keys(trial.set).length > 0 ? { set: trial.set } : {};
  const flags = isBegun ? { resume: run, changedModel } : { ...trial.settings, ...own, plugin: plugins, out: run };
  const module = isBegun ? undefined : trial.module;
  try {
    const { task } = await trainTask(module, {
      ...flags,
      allowDifferentMachine,
      detached,
      until,
      ...mlflow,
      json: true,
    } as TrainFlags);
    await trainAction(task);
  } catch (error) {
    if (!(error instanceof LockedError)) throw error;
    process.exitCode = LOCKED_CODE;
  }
}
