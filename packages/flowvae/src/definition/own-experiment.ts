// A definition with the values of its settings: the part of a run's settings that a user's module decides.
import { basename, dirname } from 'node:path';
import { ExpectationError } from '@flowvae/tensor/plain';
import { z } from 'zod';
import type { SettingName } from '../config/settings.ts';
import { type ModuleRecord, moduleRecord } from '../modules/module-files.ts';
import { type ExperimentDefinition, isExperimentDefinition } from './experiment-definition.ts';
import type { OwnValues } from './own-settings.ts';

/** An experiment of a user's own. */
export interface OwnExperiment {
  readonly definition: ExperimentDefinition;
  readonly values: OwnValues;
  /** The module; absent: a program holds the definition. */
  readonly module?: ModuleRecord | undefined;
  /** Options that the user gave explicitly: the model part has to read them. */
  readonly given?: readonly SettingName[] | undefined;
}

/** An experiment as config.json records it. */
export interface ExperimentRecord {
  /** null: a program holds the definition. */
  readonly module: ModuleRecord | null;
  readonly settings: OwnValues;
}

const schema = z.strictObject({ module: moduleRecord.nullable(), settings: z.record(z.string(), z.unknown()) });

/** The record of an experiment. */
export const recordOf = ({ module, values }: OwnExperiment): ExperimentRecord => ({
  module: module ?? null,
  settings: values,
});

/** Reads a record. @param where its place, for errors @throws ExpectationError for anything else */
export function readExperimentRecord(found: unknown, where: string): ExperimentRecord {
  const { data, error } = schema.safeParse(found);
  if (data) return data as ExperimentRecord;
  const { path, message } = error.issues[0]!;
  throw new ExpectationError({
    where: [where, ...path].join('.'),
    expected: 'the record of a module',
    received: message,
  });
}

/** The name of an experiment, for titles and folders. */
export const nameOf = ({ module }: OwnExperiment): string =>
  module ? basename(module.package ?? module.path).replace(/\.[cm]?[jt]s$/, '') : 'experiment';

/** The folder that its files are found from. */
export const folderOf = ({ module }: OwnExperiment): string => (module ? dirname(module.path) : process.cwd());

/** The default export of a module. @throws ExpectationError unless `defineExperiment` made it */
export function definitionIn(exports: Readonly<Record<string, unknown>>, where: string): ExperimentDefinition {
  const { default: definition } = exports;
  if (isExperimentDefinition(definition)) return definition;
  throw new ExpectationError({
    where,
    expected: '`export default defineExperiment({ … })`',
    received: definition === undefined ? 'no default export' : 'a default export of another kind',
  });
}
