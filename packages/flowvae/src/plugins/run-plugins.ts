// The plug-ins of a run, by the records in its config.
import { readRunConfig } from '@flowvae/runs/plain';
import { ExpectationError } from '@flowvae/tensor/plain';
import { z } from 'zod';
import { type ModuleRecord, moduleRecord } from '../modules/module-files.ts';
import { type RecordedPluginsOptions, recordedPlugins } from './load-plugins.ts';
import { type Vocabulary, vocabularyOf } from './vocabulary.ts';

/** The records of a run's plug-ins. @throws ExpectationError if the config cannot be read */
export const storedPlugins = (run: string): readonly ModuleRecord[] =>
  pluginRecords(readRunConfig(run).plugins, `${run}/config.json: plugins`);

/** Records of plug-ins that were read from a file. @throws ExpectationError where they are none */
export function pluginRecords(given: unknown, where: string): readonly ModuleRecord[] {
  const { success, data, error } = z.array(moduleRecord).default([]).safeParse(given);
  if (success) return data;
  const { path, message } = error.issues[0]!;
  const expected = 'records of plug-ins as flowvae writes them';
  throw new ExpectationError({ where: [where, ...path].join(': '), expected, received: message });
}

/** A command's choices about the plug-ins of a run. */
export type PluginChoices = Omit<RecordedPluginsOptions, 'where'>;

/**
 * Loads the plug-ins of a run, and further given ones.
 *
 * @throws ExpectationError for a plug-in that is gone, has changed, or cannot be loaded
 */
export const runVocabulary = async (run: string, choices: PluginChoices = {}): Promise<Vocabulary> =>
  vocabularyOf(await recordedPlugins(storedPlugins(run), { where: `${run}/config.json: plugins`, ...choices }));
