// A run as a comparison reads it from its folder, without a tensor library.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { readObject, readRunConfig, readRunMetrics } from '@flowvae/runs/plain';
import { ExpectationError } from '@flowvae/tensor/plain';
import { unrecordedSettings } from '../../config/settings.ts';
import { recordedInEffect } from '../../definition/settings-in-effect.ts';
import { runState } from '../../run-list/run-state.ts';
import { runIdentity } from './run-identity.ts';
import { readTestScores, type TestScores } from './test-scores.ts';

/** The sweep of a run. */
interface SweepOfRun {
  readonly path: string;
  /** The columns that vary among all of its runs, also among those that are not finished. */
  readonly varied: readonly string[];
  /** The steps after which halving took the run no further. */
  readonly eliminatedAt?: number | undefined;
}

/** A place of a run, and its values in the columns of a sweep. */
export interface RunPlace {
  readonly path: string;
  /** Names the run in messages and tables. */
  readonly name: string;
  readonly values: Readonly<Record<string, string | number>>;
  /** Absent: a run of no sweep. */
  readonly sweep?: SweepOfRun;
}

/** A run that can be compared. */
export interface RunRecord extends RunPlace {
  /** The settings, with those of earlier versions filled in. */
  readonly config: Readonly<Record<string, unknown>>;
  /** The settings of the user's module. */
  readonly set: Readonly<Record<string, unknown>>;
  /** Facts that make a method beside its settings, such as the content of the user's module. */
  readonly identity: Readonly<Record<string, string>>;
  readonly report: Readonly<Record<string, unknown>>;
  readonly scores: TestScores | undefined;
}

/** A run that is left out. */
export interface LeftOut {
  readonly name: string;
  readonly reason: string;
  /** Present for a run that halving took no further. */
  readonly isEliminated?: true;
}

/** Reads a run; of one that is unfinished or damaged, the reason. */
export function readRun(place: RunPlace): RunRecord | LeftOut {
  const { path, name } = place;
  if (!existsSync(join(path, 'config.json'))) return { name, reason: 'not begun' };
  try {
    const recorded = readRunConfig(path);
    if (recorded.target !== undefined) return { name, reason: 'a run of flowvae target' };
    const config: Readonly<Record<string, unknown>> = { ...unrecordedSettings, ...recorded };
    const { state, reason } = runState(path) ?? {};
    if (state === 'damaged') return { name, reason: `damaged: ${reason}` };
    if (state === 'stopped' && reason === undefined && place.sweep?.eliminatedAt !== undefined)
      return { name, reason: `eliminated by halving after ${place.sweep.eliminatedAt} steps`, isEliminated: true };
    if (state !== 'finished') return { name, reason: unfinished(path, config) };
    const report = readObject(join(path, 'report.json'));
    const identity = runIdentity(path, recorded);
    return { ...place, ...recordedInEffect(config), identity, report, scores: readTestScores(path) };
  } catch (error) {
    if (error instanceof ExpectationError) return { name, reason: `damaged: ${error.message}` };
    throw error;
  }
}

function unfinished(path: string, { steps }: Readonly<Record<string, unknown>>): string {
  const done = existsSync(join(path, 'metrics.jsonl')) ? (readRunMetrics(path).at(-1)?.step ?? 0) : 0;
  return `not finished: step ${done} of ${String(steps)}`;
}
