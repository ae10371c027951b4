// The state of a run as its checkpoints have it: the latest one that is whole, or the best.
import { join } from 'node:path';
import { ExpectationError } from '@flowvae/tensor';
import type { RunState } from '@flowvae/training';
import { CheckpointFolder } from '../checkpoints/checkpoint-folder.ts';
import { UnreadableError } from '../files/reading.ts';
import { readExtent } from '../metrics/metrics-file.ts';
import { bestOf, isValidation } from '../metrics/validation-entries.ts';
import { CHECKPOINTS, type CheckpointChoice, noCheckpoint } from './checkpoint-choice.ts';
import type { RunFolder } from './run-folder.ts';

/**
 * Reads the latest usable checkpoint; changes nothing.
 *
 * @throws ExpectationError if all existing checkpoints are damaged
 */
export function readLatestCheckpoint(folder: RunFolder): {
  /** Undefined if there is no checkpoint. */
  readonly state: RunState | undefined;
  readonly notices: readonly string[];
} {
  const { loaded, notices } = latestUsable(new CheckpointFolder(join(folder.path, CHECKPOINTS)), folder.metricsPath);
  return { state: loaded?.state, notices };
}

/**
 * Reads a checkpoint of a finished or current run; changes nothing.
 *
 * @returns its state, and a notice for each later checkpoint that cannot be used
 * @throws ExpectationError if there is no checkpoint, or the best or all of them are damaged
 */
export function readCheckpoint(
  folder: RunFolder,
  which: CheckpointChoice,
): { readonly state: RunState; readonly notices: readonly string[] } {
  const { state, notices } = which === 'last' ? readLatestCheckpoint(folder) : { state: readBest(folder), notices: [] };
  if (state) return { state, notices };
  throw noCheckpoint(folder.path, which);
}

function readBest(folder: RunFolder): RunState | undefined {
  const step = bestOf(folder.readMetrics().filter(isValidation))?.step;
  return step === undefined ? undefined : new CheckpointFolder(join(folder.path, CHECKPOINTS)).read(step).state;
}

/** The latest checkpoint that is whole and has whole metrics, with a notice for each later one that is not. */
export function latestUsable(checkpoints: CheckpointFolder, metricsPath: string) {
  const notices: string[] = [];
  const steps = checkpoints.steps();
  for (const step of steps) {
    try {
      const loaded = checkpoints.read(step);
      if (loaded.record.metrics.bytes > 0) readExtent(metricsPath, loaded.record.metrics);
      return { loaded, notices };
    } catch (error) {
      if (!(error instanceof ExpectationError) || error instanceof UnreadableError) throw error;
      notices.push(`the checkpoint of step ${step} cannot be used: ${error.message}`);
    }
  }
  if (steps.length === 0) return { loaded: undefined, notices };
  throw new ExpectationError({
    where: checkpoints.path,
    expected: 'at least one checkpoint that can be used',
    received: notices.join('; '),
    remedy: 'remove that folder to begin again at step 0',
  });
}
