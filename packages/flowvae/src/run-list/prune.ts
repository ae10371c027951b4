// Removes files of runs under their locks. After a kill at any moment each run is whole, or gone.
import { renameSync, rmSync } from 'node:fs';
import { resolve } from 'node:path';
import { lockRun } from '@flowvae/runs/plain';
import { extentOf, filesUnder } from './folder-extent.ts';
import { type FoundRun, foundRuns, halfRemoved } from './found-runs.ts';
import { type PruneOptions, type Removal, removalsFrom } from './prune-plan.ts';
import { idleState } from './run-state.ts';

/** The removals from all runs under a folder; nothing is changed. @throws ExpectationError as `foundRuns` */
export function plannedRemovals(root: string, options: PruneOptions): Removal[] {
  return [...foundRuns(root).flatMap((run) => removalsFrom(run, options)), ...removedBefore(root)];
}

/** A run that was to lose files and keeps them. */
interface KeptRun {
  readonly run: string;
  readonly reason: string;
}

/** The end of a pruning. */
export interface Pruning {
  readonly removals: readonly Removal[];
  readonly kept: readonly KeptRun[];
}

/** Removes; a run that another process works on, or that the system protects, is kept. */
export function prune(root: string, options: PruneOptions): Pruning {
  const removals: Removal[] = [];
  const kept: KeptRun[] = [];
  const attempt = (run: string, remove: () => readonly Removal[]) => {
    try {
      removals.push(...remove());
    } catch (error) {
      kept.push({ run, reason: (error as Error).message });
    }
  };
  for (const run of foundRuns(root)) {
    if (removalsFrom(run, options).length > 0) attempt(run.folder, () => pruned(run, options));
  }
  for (const rest of removedBefore(root)) {
    attempt(rest.run, () => {
      rmSync(rest.run, { recursive: true, force: true });
      return [rest];
    });
  }
  return { removals, kept };
}

/** Under the lock the state is read again: the run may have gone on meanwhile. */
function pruned(run: FoundRun, options: PruneOptions): Removal[] {
  const lock = lockRun(run.folder);
  try {
    const state = idleState(run.folder);
    const removals = state ? removalsFrom({ ...run, state }, options) : [];
    for (const removal of removals) remove(removal);
    return removals;
  } finally {
    lock.release();
  }
}

function remove({ run, what, files }: Removal): void {
  if (what !== 'whole run') {
    for (const file of files) rmSync(file, { force: true });
    return;
  }
  // in one step, so that no half of a run is left in its place
  const aside = `${resolve(run)}.pruned-${process.pid}.partial`;
  renameSync(resolve(run), aside);
  rmSync(aside, { recursive: true, force: true });
}

const removedBefore = (root: string): Removal[] =>
  halfRemoved(root).map((run) => {
    const files = filesUnder(run);
    return { run, what: 'remains', files: files.map(({ path }) => path), bytes: extentOf(files).bytes };
  });
