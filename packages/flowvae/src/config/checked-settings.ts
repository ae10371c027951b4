// Settings of a run with their formulas read.
import type { OwnExperiment } from '../definition/own-experiment.ts';
import { builtIn, type Vocabulary } from '../plugins/vocabulary.ts';
import { type Formulas, readFormulas } from './formulas.ts';
import type { TrainConfig } from './settings.ts';

/** A user's modules, by which settings are read. */
export interface SettingsContext {
  /** The user's own experiment, whose parts replace those that the config describes. */
  readonly own?: OwnExperiment | undefined;
  /** The names that formulas can use; absent: the built-in ones. */
  readonly vocabulary?: Vocabulary | undefined;
}

/** A config and its parsed formulas: all knowledge about a run that needs no tensor library. */
export interface CheckedSettings extends SettingsContext {
  readonly config: TrainConfig;
  readonly formulas: Formulas;
}

/** The vocabulary of settings. */
export const vocabularyOfSettings = (settings: object): Vocabulary =>
  ('vocabulary' in settings ? (settings.vocabulary as Vocabulary | undefined) : undefined) ?? builtIn;

/** Settings whose formulas are read. */
export const checkedSettings = (settings: TrainConfig | CheckedSettings): CheckedSettings =>
  'formulas' in settings ? settings : { config: settings, formulas: readFormulas(settings) };
