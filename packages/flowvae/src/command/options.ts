// Options of the commands, with the checks of their values. Those of settings are derived from the table of settings.
import { splitNames } from '@flowvae/datasets/plain';
import { checkpointChoices } from '@flowvae/runs/plain';
import { didYouMean, ExpectationError } from '@flowvae/tensor/plain';
import { type Command, Option } from 'commander';
import { parseValue } from '../config/setting/checked-values.ts';
import { flagNamed, type Setting, type SettingTable } from '../config/setting/setting.ts';
import { likelihoodHelp, priorHelp, type SettingName, settings, settingsAmong } from '../config/settings.ts';
import { readAssignment } from '../definition/own-settings.ts';
import { MODEL_FLAG } from '../definition/read-module.ts';
import { builtIn, type Vocabulary } from '../plugins/vocabulary.ts';
import { groupedSettings } from './help/setting-groups.ts';
import { addPlugins } from './plugin-options.ts';

/** Gives `train` an option for every setting, under its heading and with its default. */
export function addAllSettings(command: Command, vocabulary: Vocabulary): Command {
  for (const [name, heading] of groupedSettings) {
    const { fallback }: Setting<unknown> = settings[name];
    const description = stated({ help: helpOf(name, vocabulary), fallback });
    command.addOption(settingOption(name, description, vocabulary).helpGroup(heading));
  }
  return command;
}

/** The help of a setting; those of likelihood and prior list names. */
function helpOf(name: SettingName, { likelihoods, priors }: Vocabulary): string {
  if (name === 'likelihood') return likelihoodHelp(likelihoods);
  return name === 'prior' ? priorHelp(priors) : settings[name].help;
}

/** Gives a command options for some settings, which are the run's where they are left out. */
export function addSettings(command: Command, names: readonly SettingName[]): Command {
  for (const name of names) command.addOption(settingOption(name, settings[name].help));
  return command;
}

function settingOption(name: SettingName, description: string, vocabulary = builtIn): Option {
  return optionOf(name, settingsAmong(vocabulary.networks)[name]!, description);
}

/** Gives a command an option for every setting of a table, with its default. */
export function addTable(command: Command, table: SettingTable): Command {
  for (const [name, setting] of Object.entries(table)) command.addOption(optionOf(name, setting, stated(setting)));
  return command;
}

/** The help of a setting and its default. */
function stated({ help, fallback }: Pick<Setting<unknown>, 'help' | 'fallback'>): string {
  return String(fallback) === '' ? help : `${help} (default: ${fallback})`;
}

function optionOf(name: string, setting: Setting<unknown>, description: string): Option {
  const { placeholder, words } = setting;
  const option = new Option(`${flagNamed(name)} ${placeholder}`, description);
  if (words && !placeholder.includes('|')) option.choices(words); // help and completion list them
  return option.argParser((text) => parseValue(name, setting, text));
}

/** An option whose value is one of some words. */
export function oneOf(flags: string, help: string, words: readonly string[]): Option {
  return new Option(flags, help).argParser((text) => {
    const word = words.find((each) => each === text);
    if (word !== undefined) return word;
    throw new ExpectationError({
      where: flags.split(' ')[0]!,
      expected: words.length > 2 ? `one of ${words.join(', ')}` : words.join(' or '),
      received: `'${text}'`,
      remedy: didYouMean(text, words),
    });
  });
}

/** Gives a command on a run the options for its modules: that of its experiment, and plug-ins. */
export const addModuleOptions = (command: Command, flag = MODEL_FLAG): Command =>
  addPlugins(command)
    .option(`${flag} <file>`, 'the module of the run’s experiment, where it was moved')
    .option('--changed-model', 'take the modules as they are now, though one has changed since the run began');

/** The option for settings of a module's own, which may stand several times. */
export const setOption = (): Option =>
  new Option('--set <name=value>', 'a setting of the module’s own; may stand several times').argParser(
    (text, before: Readonly<Record<string, string>> = {}) => {
      const [name, value] = readAssignment(text);
      return { ...before, [name]: value };
    },
  );

/** The option for the checkpoint whose parameters a command uses. */
export const checkpointOption = (): Option =>
  oneOf(
    `--checkpoint <${checkpointChoices.join('|')}>`,
    'take the parameters of this checkpoint, not those that training ended with',
    checkpointChoices,
  );

const encodedSplits = [...splitNames, 'all'] as const;

/** The option for a split of the data, or all of them. */
export const splitOption = (fallback = 'test; all of other --data'): Option =>
  oneOf(
    `--split <${encodedSplits.join('|')}>`,
    `which data; all: in the order of the files (default: ${fallback})`,
    encodedSplits,
  );

/** Limit on the images in one grid; nobody looks at more. */
const MOST_DRAWN = 10_000;

/** An option for a number of things to look at. */
export const numbered = (name: string, help: string, fallback: number, least = 1): Option =>
  wholeNumber(name, help, least, MOST_DRAWN).default(fallback);

export function wholeNumber(name: string, help: string, least = 1, most = 1_000_000_000): Option {
  return new Option(`--${name} <n>`, help).argParser((text) => {
    const value = /^\d+$/.test(text) ? Number(text) : -1;
    if (value >= least && value <= most) return value;
    throw new ExpectationError({
      where: `--${name}`,
      expected: `a whole number from ${least} to ${most}`,
      received: `'${text}'`,
    });
  });
}

/** An option for a number above 0. */
export const number = (name: string, help: string): Option =>
  new Option(`--${name} <x>`, help).argParser((text) => {
    const value = text.trim() === '' ? Number.NaN : Number(text);
    if (value > 0 && Number.isFinite(value)) return value;
    throw new ExpectationError({ where: `--${name}`, expected: 'a number above 0', received: `'${text}'` });
  });

/** An option for names joined by commas. */
export const listed = (name: string, help: string): Option =>
  new Option(`--${name} <name,…>`, help).argParser((text) => {
    const names = text.split(',').map((each) => each.trim());
    if (names.every((each) => each !== '')) return names;
    throw new ExpectationError({ where: `--${name}`, expected: 'names joined by commas', received: `'${text}'` });
  });

/** An option for a share from 0 to below 1. */
export const share = (name: string, help: string): Option =>
  new Option(`--${name} <share>`, help).argParser((text) => {
    const value = /^(\d+\.?\d*|\.\d+)$/.test(text) ? Number(text) : Number.NaN;
    if (value >= 0 && value < 1) return value;
    throw new ExpectationError({ where: `--${name}`, expected: 'a share from 0 to below 1', received: `'${text}'` });
  });

export const JSON_HELP = 'print one JSON object on stdout instead of the summary';

/** Gives a command that trains in a run folder the options of durable runs. */
export const durableOptions = (command: Command): Command =>
  command
    .option('--out <folder>', 'run folder, new or empty (default: a fresh name under runs/)')
    .option('--resume <run>', 'go on with a run that was stopped or killed')
    .option('--json', JSON_HELP)
    .option('--detached', 'continue after the end of the terminal or of the parent process')
    .option('--allow-different-machine', 'go on under other versions, threads or CPU, where bytes may differ')
    .addOption(wholeNumber('checkpoint-every', 'steps from one checkpoint to the next (default: by time)'))
    .addOption(wholeNumber('checkpoint-minutes', 'minutes from one checkpoint to the next (default: 1)'))
    .addOption(wholeNumber('keep-checkpoints', 'latest checkpoints to keep, beside the best').default(2));
