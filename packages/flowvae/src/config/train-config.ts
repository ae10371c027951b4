// From settings given by a user, on the command line or in a file, to a checked config.
import { NarrowLatentError, readFlowFormula, readInvertibleFormula } from '@flowvae/flows/plain';
import { didYouMean, ExpectationError } from '@flowvae/tensor/plain';
import { refuseLikelihood } from './likelihood-data.ts';
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

/**
 * Completes settings by their defaults and checks each.
 *
 * @param where where they come from, for errors: `''` for the command line, else a file's name
 * @throws ExpectationError naming the first setting that is unknown or not acceptable
 */
export function completeConfig(given: Readonly<Record<string, unknown>>, where = ''): TrainConfig {
  const checked = checkSettings(given, where);
  const defaults = { ...fallbacks, ...(isPublished(checked) ? { heads: 'plain' } : {}) };
  const entries = names.map((name) => [name, checked[name] ?? defaults[name]] as const);
  const config = Object.fromEntries(entries) as TrainConfig;
  const placeOf = (name: SettingName) => (where ? `${where}: ${name}` : flagOf(name));
  refuseFormulas(config, placeOf);
  refuseLikelihood(config, { where });
  refuseObjective(config, placeOf);
  refuseWithoutValidation(config, placeOf);
  refuseOtherNetwork(config, placeOf);
  return config;
}

/** The config of a run or a model that was written by this version or one before it: errors as for {@link completeConfig}. */
export const recordedConfig = (recorded: Readonly<Record<string, unknown>>, where: string): TrainConfig =>
  completeConfig({ ...unrecordedSettings, ...recorded }, where);

/** Published experiments have plain linear heads. */
const isPublished = ({ architecture = fallbacks.architecture }: Partial<TrainConfig>) => architecture !== 'mlp';

/** Both formulas are of flows, the prior's of such with an inverse, and the latent is wide enough for them. */
function refuseFormulas({ flow, prior, latent }: TrainConfig, placeOf: (name: SettingName) => string): void {
  for (const [name, formula, read] of [
    ['flow', flow, readFlowFormula] as const,
    ['prior', prior, readInvertibleFormula] as const,
  ]) {
    if (formula === 'none') continue;
    try {
      read(formula, latent);
    } catch (error) {
      if (!(error instanceof NarrowLatentError)) throw error;
      throw new ExpectationError({
        where: placeOf('latent'),
        expected: `${error.fewest} or more beside ${flagOf(name)} ${formula}`,
        received: String(latent),
      });
    }
  }
}

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

/** Checks each of some settings by itself. Where they come from and errors: as for {@link completeConfig}. */
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
