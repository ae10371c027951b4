// All runs under a folder, those of sweeps and comparisons grouped.
import { existsSync, readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { CHECKPOINTS, readRunConfig } from '@flowvae/runs/plain';
import { ExpectationError } from '@flowvae/tensor/plain';
import { attempted } from './attempts.ts';
import { RESTARTS, runKind, subfolders } from './run-kind.ts';
import { type RunState, runState } from './run-state.ts';

/** A run folder. */
export interface FoundRun {
  readonly folder: string;
  readonly state: RunState;
  /** The folder of the sweep or comparison that the run is part of. */
  readonly group?: string;
  /** Whether the group is a comparison, which is a run itself. */
  readonly isGuide?: boolean;
  /** Whether other runs, which are no part of it, lie in its folder. */
  readonly hasRuns?: boolean;
}

const SWEEP = 'sweep.json';

/** The name that a whole run gets right before it is removed. */
const REMOVED = /\.pruned-\d+\.partial$/;

/** Folders that hold no runs. */
const isPassedOver = (name: string) => name.startsWith('.') || name === 'node_modules' || REMOVED.test(name);

/**
 * The runs in a folder and its subfolders, by path, or the folder itself. Links are not followed.
 *
 * @throws ExpectationError if there is no such folder
 */
export function foundRuns(root: string): FoundRun[] {
  if (!isFolder(root)) {
    const received = existsSync(root) ? 'a file' : 'no such folder';
    throw new ExpectationError({ where: root, expected: 'a folder with runs', received });
  }
  return runsUnder(root, undefined);
}

function runsUnder(folder: string, group: string | undefined): FoundRun[] {
  const state = runState(folder);
  if (state) {
    const guides = guidesIn(folder);
    const others = guides.length > 0 ? [] : strangersIn(folder, group);
    const grouped = group === undefined ? {} : { group };
    return [{ folder, state, ...grouped, ...(others.length > 0 ? { hasRuns: true } : {}) }, ...guides, ...others];
  }
  const within = existsSync(join(folder, SWEEP)) ? folder : group;
  return subfolders(folder)
    .filter((each) => !isPassedOver(basename(each)))
    .flatMap((each) => runsUnder(each, within));
}

/** Runs in the folder of a run that are no part of it. */
function strangersIn(folder: string, group: string | undefined): FoundRun[] {
  return subfolders(folder)
    .filter((each) => !ownFolders.includes(basename(each)) && !isPassedOver(basename(each)))
    .flatMap((each) => runsUnder(each, group));
}

/** Folders that a run makes. */
const ownFolders: readonly string[] = [CHECKPOINTS, RESTARTS, 'figures'];

/** The guides of a comparison. */
function guidesIn(folder: string): FoundRun[] {
  const config = attempted(() => readRunConfig(folder));
  if (!config || runKind(folder, config) !== 'comparison') return [];
  return subfolders(folder).flatMap((each) => {
    const state = runState(each);
    return state ? [{ folder: each, state, group: folder, isGuide: true }] : [];
  });
}

/** Remains of runs whose removal was cut off. */
export function halfRemoved(root: string): string[] {
  return subfolders(root).flatMap((each) => {
    if (REMOVED.test(each)) return [each];
    return isPassedOver(basename(each)) || runState(each) ? [] : halfRemoved(each);
  });
}

function isFolder(path: string): boolean {
  try {
    readdirSync(path);
    return true;
  } catch {
    return false;
  }
}
