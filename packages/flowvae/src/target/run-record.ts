// The record of a run of `flowvae target`: the content of its config.json, and how its folder is begun or resumed.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { guideForm } from '@flowvae/inference';
import {
  beginRun,
  type CheckpointSchedule,
  type DurableRun,
  type ProgressLine,
  RunFolder,
  resumeRun,
} from '@flowvae/runs';
import { cosineDecay } from '@flowvae/training';
import { settingsThatMayDiffer } from '../config/stored-config.ts';
import { recordOf } from '../definition/own-module.ts';
import { storedRecord } from '../definition/read-module.ts';
import { storedPlugins } from '../plugins/run-plugins.ts';
import { hyperparametersOf } from '../records/hyperparameters.ts';
import type { CheckedTarget } from './checked-target.ts';
import { targetKind } from './own-target.ts';
import { chainSettings } from './target-settings.ts';

/** How a folder is begun or resumed. */
export interface OpenOptions extends CheckpointSchedule {
  readonly versions: Readonly<Record<string, string>>;
  readonly line: ProgressLine;
  readonly resume?: boolean;
  readonly allowDifferentMachine?: boolean;
  /** Fields of the config beside the settings. */
  readonly more?: Readonly<Record<string, unknown>>;
}

/** Begins a run, or resumes it. @throws ExpectationError as `beginRun` and `resumeRun` do */
export function openTargetRun(path: string, checked: CheckedTarget, options: OpenOptions): DurableRun {
  const { resume = false, allowDifferentMachine = false, versions, line, more = {} } = options;
  const { checkpointEvery, checkpointSeconds, keepCheckpoints } = options;
  const { seed, lr, steps } = checked.config;
  const rate = cosineDecay(lr, steps);
  const recorded = configRecord(checked, resume ? path : undefined);
  const common = {
    ...{ checkpointEvery, checkpointSeconds, keepCheckpoints },
    config: { ...recorded, ...more },
    hyperparameters: hyperparametersOf(recorded),
    position: (step: number) => ({ schedules: { learningRate: rate(step) }, keys: { seed } }),
    versions,
    onNotice: (notice: string) => line.notice(notice),
  };
  if (!resume) return beginRun(path, common);
  const mayDiffer = [...settingsThatMayDiffer(allowDifferentMachine), ...chainSettings];
  const unrecorded = { config: { guideForm: 'that of an earlier version' } };
  const run = resumeRun(path, { ...common, mayDiffer, unrecorded, allowDifferentMachine });
  takeChains(run.folder, recorded);
  return run;
}

/** Records the chains that a resumed run is to have now. */
export function takeChains(folder: RunFolder, wanted: Readonly<Record<string, unknown>>): void {
  const stored = folder.readConfig();
  if (chainSettings.every((name) => stored[name] === wanted[name])) return;
  folder.changeConfig(Object.fromEntries(chainSettings.map((name) => [name, wanted[name]])));
}

/** Opens the folder of a part of a run: a restart, or a guide of a comparison; resumes one that was begun. */
export const openPart = (path: string, checked: CheckedTarget, options: OpenOptions): DurableRun =>
  openTargetRun(path, checked, { ...options, resume: isBegun(path) });

/** Whether a folder is that of a begun run. */
export const isBegun = (path: string): boolean => existsSync(join(path, 'config.json'));

/** The settings and modules of a run; a resumed run keeps the records of its modules. */
export function configRecord(
  { config, own, vocabulary, draws }: CheckedTarget,
  resumed?: string,
): Readonly<Record<string, unknown>> {
  const run = resumed === undefined ? undefined : RunFolder.claimed(resumed).path;
  const target = (run === undefined ? undefined : storedRecord(targetKind, run)) ?? recordOf(own);
  const given = vocabulary.plugins.flatMap(({ record }) => record ?? []);
  const plugins = run === undefined ? given : storedPlugins(run);
  return {
    ...config,
    guideForm, // a version whose guides compute in another way cannot read the parameters
    target,
    ...(draws ? { draws: { count: draws.points.count, sha256: draws.sha256 } } : {}),
    ...(plugins.length > 0 ? { plugins } : {}),
  };
}
