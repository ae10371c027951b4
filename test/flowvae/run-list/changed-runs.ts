// A finished run, and copies of it that are changed as kills and disks change runs.
import { cpSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { lockRun } from '@flowvae/runs';
import { jsonHere } from '../in-process.ts';
import { freshPath, tinyData, tinyFlags } from '../tiny-run.ts';

/** A finished run of 6 steps with checkpoints of steps 2, 4 and 6, and validations at the same steps. */
export const finished = freshPath();
const kept = ['--checkpoint-every', '2', '--keep-checkpoints', '3', '--validate-every', '2'];
await jsonHere('train', ...tinyFlags(tinyData()), ...kept, '--out', finished, '-q');

/** A copy of the run, with a change. */
export function changed(change: (folder: string) => void, folder = freshPath()): string {
  cpSync(finished, folder, { recursive: true });
  change(folder);
  return folder;
}

/** Removes files and folders. */
export const without = (...names: readonly string[]) => {
  return (folder: string) => {
    for (const name of names) rmSync(join(folder, name), { recursive: true });
  };
};

/** The path of a checkpoint's file. */
export const checkpoint = (step: number, ending: string) => `checkpoints/step-00000000${step}.${ending}`;

/** Adds fields to the report. */
export const reporting = (fields: object) => (folder: string) => {
  const path = join(folder, 'report.json');
  writeFileSync(path, JSON.stringify({ ...JSON.parse(readFileSync(path, 'utf8')), ...fields }));
};

/** Holds the lock of a folder while a function looks. */
export function whileLocked<T>(folder: string, look: () => T): T {
  const lock = lockRun(folder);
  try {
    return look();
  } finally {
    lock.release();
  }
}

/** Leaves a lock with these facts about its holder, last shown so many minutes ago. */
export const locking = (facts: object, minutes: number) => (folder: string) => {
  const path = join(folder, 'run.lock');
  const text = whileLocked(folder, () => readFileSync(path, 'utf8'));
  writeFileSync(path, JSON.stringify({ ...JSON.parse(text), ...facts }));
  const shown = Date.now() / 1000 - 60 * minutes;
  utimesSync(path, shown, shown);
};
