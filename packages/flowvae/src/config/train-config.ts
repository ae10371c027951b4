// From settings given by a user, on the command line or in a file, to a checked config.
import { didYouMean, ExpectationError } from '@flowvae/tensor/plain';
import { type Formulas, formulaSettings, readFormulas } from './formulas.ts';
import { refuseOtherForm } from './likelihood-data.ts';
import { refuseObjective } from './objective-check.ts';
import {
  fallbacks,
  flagOf,
  type Setting,
  type SettingName,
  settings,
  type TrainConfig,
  unrecordedSettings,
} from './settings.ts';

const names = Object.keys(settings) as SettingName[];

/** A config, and what its formulas say: all that can be known of a run without a tensor library. */
export interface CheckedSettings {
  readonly config: TrainConfig;
  readonly formulas: Formulas;
}

/**
 * Completes settings by their defaults, checks each, and reads the formulas.
 *
 * @param where where they come from, for errors: `''` for the command line, else a file's name
 * @throws ExpectationError naming the first setting that is unknown or not acceptable
 */
export function completeSettings(given: Readonly<Record<string, unknown>>, where = ''): CheckedSettings {
  const checked = checkSettings(given, where);
  const defaults = { ...fallbacks, ...(isPublished(checked) ? { heads: 'plain' } : {}) };
  const entries = names.map((name) => [name, checked[name] ?? defaults[name]] as const);
  const config = Object.fromEntries(entries) as TrainConfig;
  const settings = { config, formulas: readFormulas(config, placeIn(where)) };
  refuseTogether(settings, where);
  return settings;
}

/** The config alone of {@link completeSettings}; errors as there. */
export const completeConfig = (given: Readonly<Record<string, unknown>>, where = ''): TrainConfig =>
  completeSettings(given, where).config;

/**
 * The settings of a run or a model that was written by this version or one before it: errors as for {@link
 * completeSettings}.
 */
export const recordedSettings = (recorded: Readonly<Record<string, unknown>>, where: string): CheckedSettings =>
  completeSettings({ ...unrecordedSettings, ...recorded }, where);

/**
 * Settings of which some are others now. Formulas are read again only where one changed. @throws ExpectationError where
 * one is not acceptable
 */
export function changedSettings(
  { config, formulas }: CheckedSettings,
  changes: Readonly<Record<string, unknown>>,
): CheckedSettings {
  const given = Object.entries(changes).filter(([, value]) => value !== undefined);
  const changed: TrainConfig = { ...config, ...checkSettings(Object.fromEntries(given)) };
  const isSame = formulaSettings.every((name) => changed[name] === config[name]);
  return { config: changed, formulas: isSame ? formulas : readFormulas(changed) };
}

/** How errors name a setting. */
const placeIn = (where: string) => (name: SettingName) => (where ? `${where}: ${name}` : flagOf(name));

/** @throws ExpectationError where settings do not go together; `where` as for {@link completeSettings} */
export function refuseTogether({ config, formulas }: CheckedSettings, where = ''): void {
  const placeOf = placeIn(where);
  refuseOtherForm(formulas.likelihood, config, { where });
  refuseObjective(config, formulas, placeOf);
  refuseWithoutValidation(config, placeOf);
  refuseOtherNetwork(config, placeOf);
}

/** Published experiments have plain linear heads. */
const isPublished = ({ architecture = fallbacks.architecture }: Partial<TrainConfig>) => architecture !== 'mlp';

/** What judges by a validation bound needs one. */
function refuseWithoutValidation(config: TrainConfig, placeOf: (name: SettingName) => string): void {
  if (config.validateEvery > 0) return;
  for (const [name, isUsed] of [
    ['patience', config.patience > 0] as const,
    ['keep', config.keep === 'best'] as const,
  ]) {
    if (!isUsed) continue;
    const expected = `${flagOf('validateEvery')} above 0 beside it`;
    throw new ExpectationError({ where: placeOf(name), expected, received: String(config[name]) });
  }
}

/** A named architecture has widths and non-linearities of its own: others beside it would be ignored. */
function refuseOtherNetwork(config: TrainConfig, placeOf: (name: SettingName) => string): void {
  if (config.architecture === 'mlp') return;
  for (const name of ['hidden', 'activation'] as const) {
    const received = String(config[name]);
    if (received === String(settings[name].fallback)) continue;
    const expected = `no value of its own beside ${flagOf('architecture')} ${config.architecture}`;
    throw new ExpectationError({ where: placeOf(name), expected, received });
  }
}

/** Checks each of some settings by itself. Where they come from and errors: as for {@link completeSettings}. */
export function checkSettings(given: Readonly<Record<string, unknown>>, where = ''): Partial<TrainConfig> {
  const surplus = Object.keys(given).find((name) => !names.includes(name as SettingName));
  if (surplus !== undefined) {
    throw new ExpectationError({
      where: where ? `${where}: ${surplus}` : surplus,
      expected: `one of ${names.join(', ')}`,
      received: 'an unknown setting',
      remedy: didYouMean(surplus, names),
    });
  }
  for (const name of names) {
    const [value, setting]: [unknown, Setting<unknown>] = [given[name], settings[name]];
    if (value === undefined || setting.accepts(value)) continue;
    throw refusal(name, where, JSON.stringify(value));
  }
  return given;
}

/** Parses one option's text. @throws ExpectationError where the setting does not accept it */
export function parseSetting(name: SettingName, text: string): unknown {
  const setting: Setting<unknown> = settings[name];
  const value = setting.parse(text);
  if (setting.accepts(value)) return value;
  throw refusal(name, '', `'${text}'`);
}

function refusal(name: SettingName, where: string, received: string): ExpectationError {
  const { expected, words = [] }: Setting<unknown> = settings[name];
  return new ExpectationError({
    where: where ? `${where}: ${name}` : flagOf(name),
    expected,
    received,
    remedy: didYouMean(received.replace(/^['"]|['"]$/g, ''), words),
  });
}
