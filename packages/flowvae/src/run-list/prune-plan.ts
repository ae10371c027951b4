// The files of runs that can be had again, or are remains of killed processes.
import { basename, dirname, relative, sep } from 'node:path';
import { CHECKPOINTS, LOCK, liveHolder } from '@flowvae/runs/plain';
import { extentOf, type FoundFile, filesUnder } from './folder-extent.ts';
import type { FoundRun } from './found-runs.ts';
import { RESTARTS } from './run-kind.ts';

/** `checkpoints`: of a finished run. `remains`: half-written files, and damaged checkpoints that were put aside. */
type RemovedThing = 'checkpoints' | 'remains' | 'whole run';

/** A removal from the folder of a run, or of the folder. */
export interface Removal {
  readonly run: string;
  readonly what: RemovedThing;
  readonly files: readonly string[];
  readonly bytes: number;
}

/** Choices about removals. */
export interface PruneOptions {
  /** Stopped runs without a change since this time are removed whole. Default: none. Milliseconds since 1970. */
  readonly stoppedBefore?: number | undefined;
}

/** A half-written file that is younger may belong to a living process. */
const YOUNG_MS = 10 * 60_000;

const OF_CHECKPOINT = /^step-\d{9,}\.(json|safetensors)$/;

const nameIn = ({ path }: FoundFile) => basename(path);

const isLock = (file: FoundFile) => nameIn(file).startsWith(LOCK);

/** The removals from a run; none from one that is running or damaged. */
export function removalsFrom(
  { folder, state: { state }, group, isGuide = false, hasRuns = false }: FoundRun,
  options: PruneOptions,
): Removal[] {
  if (state === 'running' || state === 'damaged') return [];
  // between two rungs a run of a sweep is held by nobody but the sweep
  if (group !== undefined && liveHolder(group)) return [];
  const all = filesUnder(folder).filter((file) => !isLock(file)); // who prunes takes a lock, too
  const { stoppedBefore = Number.NEGATIVE_INFINITY } = options;
  const isOld = state === 'stopped' && !isGuide && !hasRuns && extentOf(all).changed < stoppedBefore;
  if (isOld) return [removal(folder, 'whole run', all)];
  const checkpoints = all.filter((file) => placeIn(folder, file) === CHECKPOINTS);
  const kept = checkpoints.filter((file) => OF_CHECKPOINT.test(nameIn(file)));
  const aside = checkpoints.filter((file) => nameIn(file).endsWith('.damaged'));
  const partial = all.filter((file) => written.includes(placeIn(folder, file)) && isPartial(file));
  return [
    ...(state === 'finished' ? [removal(folder, 'checkpoints', kept)] : []),
    removal(folder, 'remains', [...aside, ...partial]),
  ].filter(({ files }) => files.length > 0);
}

/** Where runs write files: their own folder, and these in it. */
const written: readonly string[] = ['', CHECKPOINTS, 'figures'];

/** The place of a file in its run, or in one of the restarts of its run; all files were found without a link. */
function placeIn(folder: string, { path }: FoundFile): string {
  const [first, , ...rest] = relative(folder, dirname(path)).split(sep);
  return first === RESTARTS ? rest.join('/') : relative(folder, dirname(path));
}

/** Locks are judged by those who take them. */
const isPartial = (file: FoundFile) =>
  nameIn(file).endsWith('.partial') && !isLock(file) && file.changed < Date.now() - YOUNG_MS;

/** The JSON file of a checkpoint goes first: a checkpoint without it is none. */
function removal(run: string, what: RemovedThing, files: readonly FoundFile[]): Removal {
  const paths = files.map(({ path }) => path).toSorted();
  return { run, what, files: paths, bytes: extentOf(files).bytes };
}
