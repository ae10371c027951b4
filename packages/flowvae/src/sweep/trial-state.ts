// How far a run of a sweep is, by its files.
import { closeSync, existsSync, fstatSync, openSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { bestOf, isValidation, METRICS, readRunMetrics } from '@flowvae/runs/plain';
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

/** Whether a run was validated at a step; its bound there may be no number. */
export const isValidatedAt = (run: string, step: number): boolean =>
  validationsOf(run).some((entry) => entry.step === step);

/**
 * The validation bound of a run at a step, by which halving ranks it. A run that ended before, out of patience, has the
 * bound of the parameters that it kept. NaN where there is none.
 */
export function scoreAt(run: string, step: number): number {
  const validations = validationsOf(run);
  const there = validations.find((entry) => entry.step === step);
  const kept = isFinished(run) ? bestOf(validations) : undefined;
  return (there ?? kept)?.validation.elbo ?? Number.NaN;
}

const validationsOf = (run: string) => (existsSync(join(run, METRICS)) ? readRunMetrics(run).filter(isValidation) : []);
