// How far a run of a sweep is, by its files.
import { closeSync, existsSync, fstatSync, openSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { readRunMetrics } from '@flowvae/runs/plain';
import { runState } from '../run-list/run-state.ts';

/** Whether a run came to its end. */
export const isFinished = (run: string): boolean => runState(run)?.state === 'finished';

/** Enough for the last line of the metrics. */
const TAIL = 16 * 1024;

/** The last step in a run's metrics; 0 before there are any. */
export function lastStep(run: string): number {
  const path = join(run, 'metrics.jsonl');
  if (!existsSync(path)) return 0;
  const file = openSync(path, 'r');
  try {
    const { size } = fstatSync(file);
    const bytes = Buffer.alloc(Math.min(size, TAIL));
    readSync(file, bytes, 0, bytes.length, size - bytes.length);
    const steps = [...bytes.toString('utf8').matchAll(/^\{"step":(\d+)[^\n]*\}$/gm)];
    return Number(steps.at(-1)?.[1] ?? 0);
  } finally {
    closeSync(file);
  }
}

/** The validation bound of a run at a step; NaN where it has none, or the run is not there. */
export function validationAt(run: string, step: number): number {
  if (!existsSync(join(run, 'metrics.jsonl'))) return Number.NaN;
  const entries = readRunMetrics(run) as readonly { step: number; validation?: { elbo: number } }[];
  return entries.find((entry) => entry.step === step && entry.validation)?.validation?.elbo ?? Number.NaN;
}
