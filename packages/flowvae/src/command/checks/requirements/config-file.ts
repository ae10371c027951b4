// `--config <file>`: settings from a JSON file, the same object as a run's config.json.
import { readObject } from '@flowvae/runs/plain';
import { isRecordField, withoutRecords } from '../../../config/setting/record-fields.ts';
import { type TrainConfig, unrecordedSettings } from '../../../config/settings.ts';
import { checkSettings } from '../../../config/train-config.ts';
import { type OwnRecord, readRecord } from '../../../definition/own-module.ts';
import type { ModuleRecord } from '../../../modules/module-files.ts';
import { pluginRecords } from '../../../plugins/run-plugins.ts';

/** The content of a config file. */
export interface ConfigFile {
  readonly settings: Partial<TrainConfig>;
  /** The experiment of the run that it belongs to. */
  readonly experiment?: OwnRecord;
  /** The plug-ins of that run. */
  readonly plugins?: readonly ModuleRecord[];
}

/**
 * Reads settings from a file; it may hold some settings only. A setting that a run's config.json lacks is newer than
 * the run: it gets the value that it had then, so that the model is the same.
 *
 * @throws ExpectationError that names the file, and the first setting in it that is unknown or not acceptable
 */
export function readConfigFile(path: string): ConfigFile {
  const asked = { where: `--config ${path}`, expected: 'a JSON object, like the config.json of a run' };
  const found = readObject(path, asked);
  const given = withoutRecords(found);
  const isRecord = Object.keys(found).some(isRecordField);
  const { experiment } = found;
  const whole = isRecord ? { ...unrecordedSettings, ...given } : given;
  const plugins = pluginRecords(found.plugins, `${path}: plugins`);
  const { architecture, ...others } = whole as Partial<TrainConfig>;
  const isChecked = plugins.length === 0 || architecture === undefined; // it may be the name of a plug-in's network
  const checked = isChecked ? whole : others;
  const networkOfPlugin = isChecked ? {} : { architecture };
  return {
    settings: { ...checkSettings(checked, path), ...networkOfPlugin },
    ...(experiment === undefined ? {} : { experiment: readRecord(experiment, `${path}: experiment`) }),
    ...(plugins.length > 0 ? { plugins } : {}),
  };
}
