// Settings of a run with their formulas read.
import type { OwnExperiment } from '../definition/own-experiment.ts';
import { type Formulas, readFormulas } from './formulas.ts';
import type { TrainConfig } from './settings.ts';

/** A config and its parsed formulas: all knowledge about a run that needs no tensor library. */
export interface CheckedSettings {
  readonly config: TrainConfig;
  readonly formulas: Formulas;
  /** The user's own experiment, whose parts replace those that the config describes. */
  readonly own?: OwnExperiment | undefined;
}

/** Settings whose formulas are read. */
export const checkedSettings = (settings: TrainConfig | CheckedSettings): CheckedSettings =>
  'formulas' in settings ? settings : { config: settings, formulas: readFormulas(settings) };
