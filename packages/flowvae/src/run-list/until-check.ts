// Whether a run that goes on has steps left before the one that it is to stop after.
import { join } from 'node:path';
import { CHECKPOINTS, latestCheckpointStep } from '@flowvae/runs/plain';
import { ExpectationError } from '@flowvae/tensor/plain';
import { attempted } from './attempts.ts';

/** @throws ExpectationError for a step that the run has reached: nothing would be trained */
export function refuseStepReached(run: string, until: number | undefined): void {
  if (until === undefined) return;
  const step = attempted(() => latestCheckpointStep(join(run, CHECKPOINTS))) ?? 0; // damage has an error of its own
  if (until > step) return;
  throw new ExpectationError({
    where: '--until',
    expected: `a step after ${step}, where the run stands`,
    received: String(until),
  });
}
