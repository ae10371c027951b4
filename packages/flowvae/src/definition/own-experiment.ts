// An experiment of a user's own: the part of a run's settings that a user's module decides.
import { dirname } from 'node:path';
import type { DataDescription } from '@flowvae/datasets';
import type { SettingName } from '../config/settings.ts';
import { type ExperimentDefinition, isExperimentDefinition } from './experiment-definition.ts';
import { type ModuleKind, moduleName, type OwnModule } from './own-module.ts';

/** An experiment of a user's own. */
export interface OwnExperiment extends OwnModule<ExperimentDefinition> {
  /** Options that the user gave explicitly: the model part has to read them. */
  readonly given?: readonly SettingName[] | undefined;
  /** Settings of its own that the user gave explicitly; of a run that is read, none. */
  readonly set?: readonly string[] | undefined;
}

/** The kind of modules for `flowvae train`. */
export const experimentKind: ModuleKind<ExperimentDefinition> = {
  name: 'experiment',
  maker: 'defineExperiment',
  isOne: isExperimentDefinition,
};

/** The name of an experiment, for titles and folders. */
export const nameOf = ({ module, builtIn }: OwnExperiment): string => builtIn ?? moduleName(module) ?? 'experiment';

/** The model that it makes for data, in words for titles. */
export const modelTitle = (own: OwnExperiment, data: DataDescription): string =>
  own.definition.title?.(own.values, data) ?? `model of ${nameOf(own)}`;

/** The folder that its files are found from. */
export const folderOf = ({ module }: OwnExperiment): string => (module ? dirname(module.path) : process.cwd());
