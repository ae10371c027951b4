// Turns a user's settings, from the command line or a file, into a checked config.
import { staysGrey } from '@flowvae/datasets/plain';
import { ExpectationError } from '@flowvae/tensor/plain';
import { OWN_DATA } from '../definition/own-data.ts';
import type { OwnExperiment } from '../definition/own-experiment.ts';
import { builtIn, type PluginOptions, type Vocabulary, vocabularyOfTables } from '../plugins/vocabulary.ts';
import { type CheckedSettings, type SettingsContext, vocabularyOfSettings } from './checked-settings.ts';
import { refuseCondition } from './covariates/condition.ts';
import { refusePrior } from './covariates/prior-check.ts';
import { isMnist } from './data-check.ts';
import { chosenForData, mnistData } from './data-choice.ts';
import { readingOptions } from './data-options.ts';
import { type Formulas, formulaSettings, readFormulas } from './formulas.ts';
import { refuseOtherForm } from './likelihood-data.ts';
import { refuseObjective } from './objective-check.ts';
import { placeIn, refuseValues } from './setting/checked-values.ts';
import {
  fallbacks,
  flagOf,
  type SettingName,
  settings,
  settingsAmong,
  type TrainConfig,
  unrecordedSettings,
} from './settings.ts';

const names = Object.keys(settings) as SettingName[];

/**
 * Adds defaults to settings, checks each, and parses the formulas.
 *
 * @param where the settings' source, for errors: `''` for the command line, else a file's name
 * @param context the user's modules
 * @throws ExpectationError that names the first unknown or unacceptable setting
 */
export function completeSettings(
  given: Readonly<Record<string, unknown>>,
  where = '',
  { own, vocabulary = builtIn }: SettingsContext = {},
): CheckedSettings {
  const checked = { ...(own ? optionsOf(own, vocabulary) : {}), ...checkSettings(given, where, vocabulary) };
  const defaults = { ...fallbacks, ...(isPublished(checked, vocabulary) ? { heads: 'plain' } : {}) };
  const entries = names.map((name) => [name, checked[name] ?? defaults[name]] as const);
  const config = Object.fromEntries(entries) as TrainConfig;
  const settings = {
    config,
    formulas: readFormulas(config, { placeOf: placeIn(where), vocabulary }),
    ...(own ? { own: { given: where === '' ? namesIn(given) : [], ...own } } : {}),
    ...(vocabulary === builtIn ? {} : { vocabulary }),
  };
  refuseTogether(settings, where);
  return isMnist(config.data) ? chosenForData(settings, mnistData, { where }) : settings;
}

/** Options that were given a value. */
const namesIn = (given: Readonly<Record<string, unknown>>): SettingName[] =>
  names.filter((name) => given[name] !== undefined);

/** The options of an experiment of a user's own, which has its own data if it has a data part. */
function optionsOf({ definition, module }: OwnExperiment, vocabulary: Vocabulary): Partial<TrainConfig> {
  const { options = {}, data } = definition;
  const place = `${module?.path ?? 'experiment'}: options`;
  return { ...(data ? { data: OWN_DATA } : {}), ...checkSettings(options, place, vocabulary) };
}

/**
 * Settings whose formulas can use the names of plug-ins: for `planOf`, `experiment` and `trainRun`. A run of tables
 * that came from no module is opened with them: `openRun(folder, {}, { plugins })`.
 *
 * @throws ExpectationError as for {@link completeConfig}; for a wrong row, or a name that is taken
 * @example readSettings({ flow: 'planar*4-mine' }, { plugins: await loadPlugins(['./mine.ts']) })
 */
export const readSettings = (
  given: Readonly<Record<string, unknown>>,
  { plugins = [] }: PluginOptions = {},
): CheckedSettings => completeSettings(given, '', { vocabulary: vocabularyOfTables(plugins) });

/** The config alone of {@link completeSettings}; errors as there. */
export const completeConfig = (given: Readonly<Record<string, unknown>>, where = ''): TrainConfig =>
  completeSettings(given, where).config;

/**
 * The settings of a run or a model that this version or an earlier one wrote; errors as for {@link completeSettings}.
 */
export const recordedSettings = (
  recorded: Readonly<Record<string, unknown>>,
  where: string,
  context?: SettingsContext,
): CheckedSettings => completeSettings({ ...unrecordedSettings, ...recorded }, where, context);

/**
 * Settings with some changes. Formulas are parsed again only if one changed. @throws ExpectationError for an
 * unacceptable value
 */
export function changedSettings(
  { config, formulas, ...others }: CheckedSettings,
  changes: Readonly<Record<string, unknown>>,
): CheckedSettings {
  const given = Object.entries(changes).filter(([, value]) => value !== undefined);
  const vocabulary = vocabularyOfSettings(others);
  const changed: TrainConfig = { ...config, ...checkSettings(Object.fromEntries(given), '', vocabulary) };
  const isSame = formulaSettings.every((name) => changed[name] === config[name]);
  return { ...others, config: changed, formulas: isSame ? formulas : readFormulas(changed, { vocabulary }) };
}

/** @throws ExpectationError for settings that exclude each other; `where` as for {@link completeSettings} */
export function refuseTogether({ config, formulas, own, vocabulary = builtIn }: CheckedSettings, where = ''): void {
  const placeOf = placeIn(where);
  readingOptions(config, placeOf);
  refuseBinarised(formulas.likelihood, config, where);
  refuseIdleSeed(config, placeOf);
  if (own?.definition.objective) refuseTwoObjectives(own, config);
  else if (!own?.definition.model) refuseObjective(config, formulas, placeOf);
  refuseCondition(config, placeOf);
  if (!own?.definition.model) refusePrior(config, formulas.namedPrior, placeOf);
  refuseWithoutValidation(config, placeOf);
  refuseTwoDecays(config, placeOf);
  refuseOtherNetwork(config, placeOf, vocabulary);
}

/** An experiment with an objective of its own would ignore that of an option. */
function refuseTwoObjectives({ given = [] }: OwnExperiment, config: TrainConfig): void {
  if (!given.includes('objective')) return;
  throw new ExpectationError({
    where: flagOf('objective'),
    expected: 'no objective beside a module that has one',
    received: config.objective,
  });
}

/** Binarised data are bits, whatever the data. */
function refuseBinarised(likelihood: Formulas['likelihood'], config: TrainConfig, where: string): void {
  const { binarize } = config;
  if (!likelihood || binarize === 'auto' || staysGrey(binarize)) return;
  refuseOtherForm(likelihood, 'levels', config, { where });
}

/** Only static bits are drawn by a seed of their own. */
function refuseIdleSeed({ binarize, binarizeSeed }: TrainConfig, placeOf: (name: SettingName) => string): void {
  if (binarize === 'static' || binarizeSeed === fallbacks.binarizeSeed) return;
  const expected = `${flagOf('binarize')} static beside it`;
  throw new ExpectationError({ where: placeOf('binarizeSeed'), expected, received: String(binarizeSeed) });
}

/** Published experiments have plain linear heads. */
const isPublished = ({ architecture = fallbacks.architecture }: Partial<TrainConfig>, { networks }: Vocabulary) =>
  networks[architecture]!.isPublished === true;

/** Settings that compare validation bounds need validations. */
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

/** Milestones have no effect on a rate that follows a cosine. */
function refuseTwoDecays({ lrDecay, lrMilestones }: TrainConfig, placeOf: (name: SettingName) => string): void {
  if (lrDecay === 'milestones' || lrMilestones.length === 0) return;
  const expected = `no ${flagOf('lrMilestones')} beside ${flagOf('lrDecay')} ${lrDecay}`;
  throw new ExpectationError({ where: placeOf('lrMilestones'), expected, received: lrMilestones.join(',') });
}

/** A named architecture has its own widths and non-linearities; it would ignore these settings. */
function refuseOtherNetwork(
  config: TrainConfig,
  placeOf: (name: SettingName) => string,
  { networks }: Vocabulary,
): void {
  if (!networks[config.architecture]!.fixed) return;
  for (const name of ['hidden', 'activation'] as const) {
    const received = String(config[name]);
    if (received === String(settings[name].fallback)) continue;
    const expected = `no value of its own beside ${flagOf('architecture')} ${config.architecture}`;
    throw new ExpectationError({ where: placeOf(name), expected, received });
  }
}

/** Checks each given setting by itself. Source and errors: as for {@link completeSettings}. */
export function checkSettings(
  given: Readonly<Record<string, unknown>>,
  where = '',
  { networks }: Vocabulary = builtIn,
): Partial<TrainConfig> {
  refuseValues(given, settingsAmong(networks), where);
  return given;
}
