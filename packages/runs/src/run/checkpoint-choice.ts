// The choice of a run's checkpoint, and whether the run has it, without a tensor library.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { ExpectationError } from '@flowvae/tensor/plain';
import { stepsIn } from '../checkpoints/checkpoint-names.ts';
import { isValidation } from '../metrics/validation-entries.ts';
import { METRICS, readRunMetrics } from './run-files.ts';

/** The checkpoint of the best validation, or the latest. */
export const checkpointChoices = ['best', 'last'] as const;

/** One of the choices. */
export type CheckpointChoice = (typeof checkpointChoices)[number];

/** The folder of checkpoints in a run folder. */
export const CHECKPOINTS = 'checkpoints';

/** The error for a run without such a checkpoint. */
export const noCheckpoint = (path: string, which: CheckpointChoice) =>
  new ExpectationError({
    where: `\`checkpoint\` ${which}`,
    expected: which === 'last' ? 'a run that has written a checkpoint' : 'a run that has measured a validation bound',
    received: path,
    remedy:
      which === 'last' ? 'leave the option out, or train first' : 'train with `validateEvery`, or leave the option out',
  });

/** @throws ExpectationError if the names of its files and its metrics show that a run has no such checkpoint */
export function refuseNoCheckpoint(path: string, which: CheckpointChoice): void {
  const isThere = which === 'last' ? stepsIn(join(path, CHECKPOINTS)).length > 0 : hasValidation(path);
  if (!isThere) throw noCheckpoint(path, which);
}

/** A run that was killed at its beginning may have no file of metrics. */
const hasValidation = (path: string) => existsSync(join(path, METRICS)) && readRunMetrics(path).some(isValidation);
