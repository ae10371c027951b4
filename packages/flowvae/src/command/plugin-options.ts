// The option for plug-ins, and the names that it brings.
import { type Command, Option } from 'commander';
import type { ModuleRecord } from '../modules/module-files.ts';
import { loadPlugins, recordedPlugins } from '../plugins/load-plugins.ts';
import { type PluginChoices, runVocabulary } from '../plugins/run-plugins.ts';
import { type Vocabulary, vocabularyOf } from '../plugins/vocabulary.ts';
import { tell } from './checks/requirements/notices.ts';

/** Options about plug-ins. */
export interface PluginFlags {
  readonly plugin?: readonly string[] | undefined;
  readonly changedModel?: boolean | undefined;
}

const PLUGIN = '--plugin';

/** Gives a command the option for plug-ins. */
export const addPlugins = (command: Command): Command =>
  command.addOption(
    new Option(
      `${PLUGIN} <module>`,
      'a module, or an npm package, with flows, priors, likelihoods, objectives, networks or readers of your own; may be repeated',
    ).argParser((name: string, before: readonly string[] = []) => [...before, name]),
  );

/** The plug-ins that a command line names, before its options are read: help and checks know their names. */
export function pluginsNamed(words: readonly string[]): string[] {
  return words.flatMap((word, i) => {
    if (word.startsWith(`${PLUGIN}=`)) return [word.slice(PLUGIN.length + 1)];
    return word === PLUGIN && words[i + 1] !== undefined ? [words[i + 1]!] : [];
  });
}

/** The built-in names and those of named plug-ins. @throws ExpectationError as `loadPlugins` and `vocabularyOf` */
export const namedVocabulary = async (names: readonly string[] = []): Promise<Vocabulary> =>
  vocabularyOf(await loadPlugins(names));

/** The names that a run's settings can use. @throws ExpectationError as `runVocabulary` */
export const vocabularyOfRun = (run: string, flags: PluginFlags): Promise<Vocabulary> =>
  runVocabulary(run, choicesOf(flags));

/** The names that the settings of a new run can use: those of its config file's plug-ins, and of given ones. */
export const vocabularyOfConfig = async (
  file: { readonly path: string; readonly plugins?: readonly ModuleRecord[] },
  flags: PluginFlags,
): Promise<Vocabulary> =>
  vocabularyOf(await recordedPlugins(file.plugins ?? [], { where: `${file.path}: plugins`, ...choicesOf(flags) }));

/** The choices about a run's plug-ins. */
const choicesOf = ({ plugin, changedModel }: PluginFlags): PluginChoices => ({
  given: plugin,
  mayDiffer: changedModel,
  onNotice: (notice) => tell([notice]),
});
