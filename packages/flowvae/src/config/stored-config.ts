// The settings of a run, read from its folder.
import { join } from 'node:path';

import type { DataDescription } from '@flowvae/datasets';
import { CHECKPOINTS, latestCheckpoint, readRunConfig } from '@flowvae/runs/plain';
import { ExpectationError } from '@flowvae/tensor/plain';
import { attempted } from '../run-list/attempts.ts';
import type { CheckedSettings, SettingsContext } from './checked-settings.ts';
import { chosenForData, mnistData } from './data-choice.ts';
import { describedData } from './described-data.ts';
import { withoutRecords } from './setting/record-fields.ts';
import { type SettingName, type TrainConfig, unrecordedSettings } from './settings.ts';
import { changedSettings, recordedSettings } from './train-config.ts';

/** The data at a run's start. */
export interface StoredData {
  /** Their name or folder then. */
  readonly data: string;
  /** Their checksum; absent for MNIST. */
  readonly dataSha256: string | undefined;
  /** Their description; absent in runs of an early version, whose data are images of bytes. */
  readonly description: DataDescription | undefined;
}

/** The settings of a run, with a command's changes. */
export interface RunSettings extends CheckedSettings {
  readonly stored: StoredData;
  /** Whether the changes name other data than the run's. */
  readonly hasOtherData: boolean;
}

/**
 * Settings that may change when a run resumes: they do not affect earlier steps. The number of threads and the engine
 * affect the last digits.
 */
export const settingsThatMayDiffer = (allowDifferentMachine: boolean): SettingName[] =>
  allowDifferentMachine ? ['onNonFinite', ...machineSettings] : ['onNonFinite'];

/** Settings that belong to a machine. */
export const machineSettings = ['threads', 'engine'] as const satisfies readonly SettingName[];

/** Engine and threads of a run's latest checkpoint: a run that was allowed to move goes on with them. */
export function movedSettings(run: string): Partial<TrainConfig> {
  const { config } = attempted(() => latestCheckpoint(join(run, CHECKPOINTS))) ?? {}; // damage has an error of its own
  const fields = (config ?? {}) as Partial<TrainConfig>;
  return Object.fromEntries(
    machineSettings.flatMap((name) => (fields[name] === undefined ? [] : [[name, fields[name]]])),
  );
}

/** The data that a run's config names. @throws ExpectationError if the config cannot be read */
export function storedData(run: string): StoredData {
  const { data, dataSha256, dataSet } = readRunConfig(run);
  return {
    description: dataSet === undefined ? undefined : describedData(dataSet, `${run}/config.json: dataSet`),
    data: typeof data === 'string' ? data : unrecordedSettings.data,
    dataSha256: typeof dataSha256 === 'string' ? dataSha256 : undefined,
  };
}

/** @throws ExpectationError for a model of the lab's page, which has no checkpoint: it would begin at step 0 */
export function refusePageRun(run: string): void {
  if (readRunConfig(run).lab === undefined) return;
  throw new ExpectationError({
    where: `--resume ${run}`,
    expected: 'a run with checkpoints',
    received: 'a model that the page of `flowvae lab` trained, without one',
    remedy: 'open it in the page again, which goes on from its parameters',
  });
}

/** The config of a run of `flowvae train`. @throws ExpectationError for one of `flowvae target` */
function trainedConfig(run: string): Readonly<Record<string, unknown>> {
  const config = readRunConfig(run);
  if (config.target === undefined) return config;
  const [expected, received] = ['a run of flowvae train', 'one of flowvae target'];
  throw new ExpectationError({ where: run, expected, received });
}

/**
 * Reads and checks the config of a run.
 *
 * @param context the user's modules of the run, if it has any
 * @throws ExpectationError that names the faulty setting
 */
export function storedSettings(run: string, context?: SettingsContext): CheckedSettings {
  return recordedSettings(withoutRecords(trainedConfig(run)), `${run}/config.json`, context);
}

/**
 * Reads and checks the config of a run, for a command that changes some settings.
 *
 * @param context the user's modules of the run, if it has any
 * @throws ExpectationError that names the fault in the config or the changes
 */
export function runSettings(run: string, changes: Partial<TrainConfig> = {}, context?: SettingsContext): RunSettings {
  const stored = storedData(run);
  const changed = changedSettings(storedSettings(run, context), changes);
  const form = stored.description ?? mnistData; // early versions knew nothing but bytes
  const settings = chosenForData(changed, form, { isSettled: true });
  return { ...settings, stored, hasOtherData: changes.data !== undefined };
}
