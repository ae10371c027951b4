// checkpoints/: the last few and the best. A checkpoint exists from the moment its JSON file does, which is written
// last and removed first.
import { readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { ExpectationError } from '@flowvae/tensor';
import type { RunState } from '@flowvae/training';
import { makeFolderDurably, removePartialFiles, writeFileAtomically, writeRefused } from '../files/atomic-file.ts';
import { readSealed, sealed } from '../files/checksum.ts';
import { bytesIfThere } from '../files/reading.ts';
import { type CheckpointContext, decodeCheckpoint, encodeCheckpoint } from './checkpoint.ts';
import { nameOf, stepsIn } from './checkpoint-names.ts';
import { asCheckpointRecord, type CheckpointRecord } from './checkpoint-record.ts';

/** A checkpoint, read and verified. */
export interface LoadedCheckpoint {
  readonly state: RunState;
  readonly record: CheckpointRecord;
}

const DAMAGED = '.damaged';

/** The checkpoints of a run. */
export class CheckpointFolder {
  readonly path: string;

  constructor(path: string) {
    this.path = path;
  }

  /** Makes the folder if it is missing, and removes half-written files of a killed process. */
  prepare(): void {
    try {
      makeFolderDurably(this.path);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw writeRefused(this.path, error);
    }
    removePartialFiles(this.path);
  }

  /** Steps that have a checkpoint, the latest first. @throws ExpectationError if the folder cannot be read */
  steps(): number[] {
    return stepsIn(this.path);
  }

  /** Writes a checkpoint, durably. @throws ExpectationError if the disk refuses; earlier checkpoints stay intact */
  write(state: RunState, context: CheckpointContext): void {
    const { record, arrays } = encodeCheckpoint(state, context);
    writeFileAtomically(this.#arraysPath(state.step), arrays);
    writeFileAtomically(this.#recordPath(state.step), sealed(record));
  }

  /** Removes all but the last `keep` checkpoints, and never `alsoKept`. */
  prune(keep: number, alsoKept?: number): void {
    const surplus = this.steps()
      .slice(Math.max(1, keep))
      .filter((step) => step !== alsoKept);
    for (const step of surplus) this.remove(step);
  }

  /** Renames the files of a step's checkpoint, so that it no longer counts but can still be examined. */
  moveAside(step: number): void {
    // the JSON file last: if the process is killed before, the next one finds a damaged checkpoint, not arrays to
    // remove
    for (const path of [this.#arraysPath(step), this.#recordPath(step)]) {
      try {
        renameSync(path, `${path}${DAMAGED}`);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw writeRefused(path, error);
      }
    }
  }

  /** Removes the checkpoint of a step. */
  remove(step: number): void {
    for (const path of [this.#recordPath(step), this.#arraysPath(step)]) rmSync(path, { force: true });
  }

  /** Removes arrays without a JSON file. */
  removeOrphans(): void {
    const known = new Set(this.steps().map(nameOf));
    for (const name of readdirSync(this.path)) {
      const [, step] = /^(step-\d+)\.safetensors$/.exec(name) ?? [];
      if (step !== undefined && !known.has(step)) rmSync(join(this.path, name), { force: true });
    }
  }

  /** Reads the checkpoint of a step. @throws ExpectationError if it is not as written */
  read(step: number): LoadedCheckpoint {
    const where = this.#recordPath(step);
    const record = asCheckpointRecord(readSealed(where), where);
    if (record.step !== step) {
      throw new ExpectationError({ where, expected: `step ${step}, as its name says`, received: String(record.step) });
    }
    const arrays = this.#arraysPath(step);
    return { record, state: decodeCheckpoint(record, readArrays(arrays, record.arrays.bytes), arrays) };
  }

  #recordPath = (step: number) => join(this.path, `${nameOf(step)}.json`);
  #arraysPath = (step: number) => join(this.path, `${nameOf(step)}.safetensors`);
}

/** The whole file, if it has the right size. */
function readArrays(path: string, bytes: number): Uint8Array {
  const content = bytesIfThere(path, bytes);
  if (typeof content === 'object' && content.length === bytes) return content;
  const size = typeof content === 'object' ? content.length : content;
  throw new ExpectationError({
    where: path,
    expected: `a file of ${bytes} bytes`,
    received: size === undefined ? 'no file' : `${size} bytes`,
    remedy: 'the file was damaged or changed',
  });
}
