// The kinds of run folders, told apart by their configs, and the runs inside of a run.
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { FITTED_PRIOR } from '@flowvae/runs/plain';

/** The command that made a run: `train`, `target`, `target --compare`, `fit-prior`. */
export type RunKind = 'training' | 'target' | 'comparison' | 'prior fit';

type Fields = Readonly<Record<string, unknown>>;

/** The kind of a run with this config; undefined if it is no run's. */
export function runKind(folder: string, config: Fields): RunKind | undefined {
  if (typeof config.steps !== 'number') return undefined;
  if (config.target !== undefined) return Array.isArray(config.compare) ? 'comparison' : 'target';
  if (typeof config.data !== 'string') return undefined;
  return existsSync(join(folder, FITTED_PRIOR)) ? 'prior fit' : 'training';
}

/** Where a target's restarts are, each a run folder. */
export const RESTARTS = 'restarts';

/** The fits that a run consists of: its restarts, or the guides of a comparison. 1: the run itself. */
export function fitCount(kind: RunKind, { compare, restarts }: Fields): number {
  if (kind === 'comparison') return (compare as readonly unknown[]).length;
  return kind === 'target' && typeof restarts === 'number' && restarts > 1 ? restarts : 1;
}

/** The folders that may be fits of a run with several; links are not followed. */
export function fitFolders(kind: RunKind, folder: string): string[] {
  return subfolders(kind === 'comparison' ? folder : join(folder, RESTARTS));
}

/** The folders in a folder, by name, without links; none where it cannot be read. */
export function subfolders(folder: string): string[] {
  try {
    const entries = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory());
    return entries.map(({ name }) => join(folder, name)).toSorted();
  } catch {
    return [];
  }
}
