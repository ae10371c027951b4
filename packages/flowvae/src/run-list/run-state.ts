// The state of a run, from the files in its folder alone: no lock is taken, nothing is written, no tensor library is
// loaded, and the run may write meanwhile.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import {
  CHECKPOINTS,
  CONFIG,
  FAILURE,
  latestCheckpointStep,
  liveHolder,
  METRICS,
  MODEL,
  REPORT,
  readObject,
  readRunConfig,
  readRunFailure,
  readRunMetrics,
} from '@flowvae/runs/plain';
import { ExpectationError } from '@flowvae/tensor/plain';
import { attempted } from './attempts.ts';
import { fitCount, fitFolders, type RunKind, runKind } from './run-kind.ts';

/**
 * `running`: a living process holds the lock. `stopped`: it can go on. `finished`: its report is written, with the
 * evaluation that was asked for. `damaged`: files are not as they were written.
 */
export const stateNames = ['running', 'stopped', 'finished', 'damaged'] as const;

/** A name of a state. */
export type StateName = (typeof stateNames)[number];

/** The state of a run. */
export interface RunState {
  readonly state: StateName;
  /** Steps done: of a stopped run those of its latest checkpoint, from which it goes on. */
  readonly step: number;
  /** Steps of the whole run, of all its fits. */
  readonly steps: number;
  /** The fault of a damaged run, or why a run stopped, if it was not asked to. */
  readonly reason?: string;
}

type Fields = Readonly<Record<string, unknown>>;

/** The state of a run; undefined if the folder is no run's, or its run has not written its config yet. */
export function runState(folder: string): RunState | undefined {
  if (!existsSync(join(folder, CONFIG))) return undefined;
  const isRunning = liveHolder(folder) !== undefined;
  const state = isRunning ? runningState(folder) : idleState(folder);
  // another process may have taken the run up while its files were read
  if (state?.state === 'damaged' && !isRunning && liveHolder(folder)) return runningState(folder);
  return state;
}

/** The state of a run that no process works on: the lock is not looked at. */
export function idleState(folder: string): RunState | undefined {
  let config: Fields;
  try {
    config = readRunConfig(folder);
  } catch (error) {
    // other programs write a config.json too
    const isOfRun = [METRICS, CHECKPOINTS, MODEL].some((name) => existsSync(join(folder, name)));
    return isOfRun ? damaged(error, 0) : undefined;
  }
  const kind = runKind(folder, config);
  if (kind === undefined) return undefined;
  const steps = (config.steps as number) * fitCount(kind, config);
  try {
    return judged({ folder, kind, config, steps });
  } catch (error) {
    return damaged(error, steps);
  }
}

function damaged(error: unknown, steps: number): RunState {
  if (!(error instanceof ExpectationError)) throw error;
  return { state: 'damaged', step: 0, steps, reason: error.message };
}

/** A run whose config could be read. */
interface KnownRun {
  readonly folder: string;
  readonly kind: RunKind;
  readonly config: Fields;
  readonly steps: number;
}

function judged(run: KnownRun): RunState {
  const { folder, kind, config, steps } = run;
  const report = reportOf(folder);
  if (existsSync(join(folder, METRICS))) readRunMetrics(folder); // its lines have to be whole
  if (report && isFinal(kind, report, config)) return finished(run, report);
  const step = fitCount(kind, config) === 1 ? latestCheckpointStep(join(folder, CHECKPOINTS)) : stepsOfFits(run);
  const reason =
    kind === 'prior fit' ? 'stopped before the end of its evaluation: fit the prior again' : failure(folder);
  return { state: 'stopped', step, steps, ...(reason === undefined ? {} : { reason }) };
}

/** A finished run may have fewer steps than it was to have: it stopped early, by its validation bound. */
function finished({ folder, kind, config, steps }: KnownRun, report: Fields): RunState {
  if (kind !== 'comparison' && !existsSync(join(folder, MODEL))) {
    throw new ExpectationError({ where: join(folder, MODEL), expected: 'a file', received: 'no file' });
  }
  const done = fitCount(kind, config) === 1 && typeof report.steps === 'number' ? report.steps : steps;
  return { state: 'finished', step: done, steps };
}

/** The content of report.json; undefined without the file. */
const reportOf = (folder: string): Fields | undefined =>
  existsSync(join(folder, REPORT)) ? readObject(join(folder, REPORT)) : undefined;

/** Whether a report is that of a finished run. */
function isFinal(kind: RunKind, report: Fields, config: Fields): boolean {
  if (report.unfinished === true) return false;
  return isComplete[kind](report, config);
}

const isComplete: Readonly<Record<RunKind, (report: Fields, config: Fields) => boolean>> = {
  // reports of early versions, which name no version, do not say whether the run was stopped
  training: (report, { steps, evalImages }) =>
    report.version !== undefined ||
    typeof report.testElbo === 'number' ||
    evalImages === 0 ||
    (report.steps as number) >= (steps as number),
  target: ({ elbo, chains }, config) => typeof elbo === 'number' && (!config.chains || (chains ?? null) !== null),
  comparison: ({ rows }, { compare }) => Array.isArray(rows) && rows.length === (compare as readonly unknown[]).length,
  'prior fit': ({ priorFit }) => priorFit !== undefined,
};

const failure = (folder: string): string | undefined =>
  existsSync(join(folder, FAILURE)) ? String(readRunFailure(folder).message) : undefined;

/** How far a run is that a process works on: the files may be written just now, so any of them may be unreadable. */
function runningState(folder: string): RunState | undefined {
  const config = attempted(() => readRunConfig(folder));
  const kind = config && runKind(folder, config);
  if (!config || !kind) return config ? undefined : { state: 'running', step: 0, steps: 0 };
  const run = { folder, kind, config, steps: (config.steps as number) * fitCount(kind, config) };
  const step = fitCount(kind, config) === 1 ? lastEntry(folder) : stepsOfFits(run);
  return { state: 'running', step, steps: run.steps };
}

/** The last step in the metrics. */
const lastEntry = (folder: string): number => attempted(() => readRunMetrics(folder))?.at(-1)?.step ?? 0;

const stepsOfFits = ({ kind, folder }: KnownRun): number =>
  fitFolders(kind, folder).reduce((sum, fit) => sum + (runState(fit)?.step ?? 0), 0);
