// The settings of a run, read from its folder.
import { readRunConfig } from '@flowvae/runs/plain';
import { refuseOtherForm } from './likelihood-data.ts';
import { type SettingName, type TrainConfig, unrecordedSettings } from './settings.ts';
import { type CheckedSettings, changedSettings, recordedSettings } from './train-config.ts';

/** The images at a run's start. */
export interface StoredImages {
  /** Their name or folder then. */
  readonly data: string;
  /** Their checksum; absent for MNIST. */
  readonly dataSha256: string | undefined;
}

/** The settings of a run, with a command's changes. */
export interface RunSettings extends CheckedSettings {
  readonly images: StoredImages;
  /** Whether the changes name other images than the run's. */
  readonly hasOtherData: boolean;
}

/**
 * Settings that may change when a run resumes: they do not affect earlier steps. The number of threads affects the last
 * digits.
 */
export const settingsThatMayDiffer = (allowDifferentMachine: boolean): SettingName[] =>
  allowDifferentMachine ? ['onNonFinite', 'threads'] : ['onNonFinite'];

/** The images that a run's config names. @throws ExpectationError if the config cannot be read */
export function storedImages(run: string): StoredImages {
  const { data, dataSha256 } = readRunConfig(run);
  return {
    data: typeof data === 'string' ? data : unrecordedSettings.data,
    dataSha256: typeof dataSha256 === 'string' ? dataSha256 : undefined,
  };
}

/** Reads and checks the config of a run. @throws ExpectationError that names the faulty setting */
export function storedSettings(run: string): CheckedSettings {
  const { versions: _, dataSha256: __, ...given } = readRunConfig(run);
  return recordedSettings(given, `${run}/config.json`);
}

/**
 * Reads and checks the config of a run, for a command that changes some settings.
 *
 * @throws ExpectationError that names the fault in the config or the changes
 */
export function runSettings(run: string, changes: Partial<TrainConfig> = {}): RunSettings {
  const settings = changedSettings(storedSettings(run), changes);
  refuseOtherForm(settings.formulas.likelihood, settings.config, { isSettled: true });
  return { ...settings, images: storedImages(run), hasOtherData: changes.data !== undefined };
}
