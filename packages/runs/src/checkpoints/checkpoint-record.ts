// The record of a checkpoint: the JSON file beside its arrays. Loads no tensor library.
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { ExpectationError } from '@flowvae/tensor/plain';
import type { RunState } from '@flowvae/training';
import { readSealed } from '../files/checksum.ts';
import type { Extent } from '../metrics/metrics-file.ts';
import { nameOf, stepsIn } from './checkpoint-names.ts';

export const FORMAT = 'flowvae checkpoint 1';

/** The fields of a checkpoint besides the arrays. */
export interface CheckpointRecord {
  readonly format: typeof FORMAT;
  /** Steps done. */
  readonly step: number;
  /** Size and checksum of the safetensors file. */
  readonly arrays: Extent;
  /** Names of the optimiser's slots. */
  readonly slots: readonly string[];
  readonly average: RunState['average'];
  readonly nonFinite: RunState['nonFinite'];
  /** State of the schedules, the random keys and the data; for readers, because all of it follows from the step. */
  readonly position: object;
  readonly config: object;
  readonly versions: Readonly<Record<string, string>>;
  /** Extent of metrics.jsonl at the checkpoint. */
  readonly metrics: Extent;
  /** Bytes of the event file. */
  readonly eventBytes: number;
}

/** @throws ExpectationError if a JSON object is no checkpoint's */
export function asCheckpointRecord(value: Readonly<Record<string, unknown>>, where: string): CheckpointRecord {
  if (value.format === FORMAT) return value as unknown as CheckpointRecord;
  throw new ExpectationError({
    where,
    expected: `"format": "${FORMAT}"`,
    received: JSON.stringify(value.format) ?? 'none',
  });
}

/**
 * The step of {@link latestCheckpoint}; 0 without a checkpoint.
 *
 * @throws ExpectationError if there are checkpoints and none looks usable; it names the fault of the latest
 */
export const latestCheckpointStep = (folder: string): number => latestCheckpoint(folder)?.step ?? 0;

/**
 * The record of the latest checkpoint that looks usable: it is as written, and its arrays have the right size. The
 * arrays are not read. Undefined without a checkpoint.
 *
 * @throws ExpectationError if there are checkpoints and none looks usable; it names the fault of the latest
 */
export function latestCheckpoint(folder: string): CheckpointRecord | undefined {
  const faults: unknown[] = [];
  for (const step of stepsIn(folder)) {
    try {
      return usableRecord(join(folder, nameOf(step)));
    } catch (error) {
      if (!(error instanceof ExpectationError)) throw error;
      faults.push(error);
    }
  }
  if (faults.length > 0) throw faults[0];
  return undefined;
}

function usableRecord(path: string): CheckpointRecord {
  const record = asCheckpointRecord(readSealed(`${path}.json`), `${path}.json`);
  const { arrays } = record;
  const where = `${path}.safetensors`;
  const bytes = statSync(where, { throwIfNoEntry: false })?.size;
  if (bytes === arrays.bytes) return record;
  const received = bytes === undefined ? 'no file' : `${bytes} bytes`;
  throw new ExpectationError({ where, expected: `a file of ${arrays.bytes} bytes`, received });
}
