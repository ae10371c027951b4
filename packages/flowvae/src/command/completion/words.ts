// The words that the command line takes, derived from the commands and their options; each shell's completion is
// written from them.
import type { Command } from 'commander';

/** The possible values at a place: given words, paths, or any text if both are empty. */
export interface Place {
  readonly words: readonly string[];
  readonly paths?: 'files' | 'folders' | undefined;
}

/** An option. */
export interface CompletedOption {
  /** `-h` and `--help`. */
  readonly flags: readonly string[];
  readonly description: string;
  /** The place of its value; absent for an option without one. */
  readonly value?: Place;
}

/** A subcommand. */
export interface CompletedCommand {
  readonly name: string;
  readonly description: string;
  readonly options: readonly CompletedOption[];
  /** The place of its arguments; absent for a command without one. */
  readonly argument?: Place;
}

/** The command itself, `''`, and its subcommands. */
export interface CompletedProgram {
  readonly name: string;
  readonly options: readonly CompletedOption[];
  readonly commands: readonly CompletedCommand[];
}

/** Words in a placeholder that stand for a path. */
const pathKinds = new Map<string, 'files' | 'folders'>([
  ['file', 'files'],
  ['module', 'files'],
  ['folder', 'folders'],
  ['dir', 'folders'],
  ['run', 'folders'],
  ['source', 'files'],
]);

/**
 * `<adam|sgd>` are two words, `<mnist|folder>` a word or a folder, `<run>` a folder, `<n>` a number of the user's own.
 */
export function placeOf(placeholder: string): Place {
  const names = placeholder.replace(/^[<[]|[>\]]$/g, '').split('|');
  const words = names.length > 1 ? names.filter((name) => !pathKinds.has(name)) : [];
  return { words, paths: names.map((name) => pathKinds.get(name)).find((kind) => kind !== undefined) };
}

/** Reads a program of commander. */
export function completedProgram(root: Command): CompletedProgram {
  return { name: root.name(), options: optionsOf(root), commands: root.commands.map(completedCommand) };
}

function completedCommand(command: Command): CompletedCommand {
  const [argument] = command.registeredArguments;
  const place = argument?.argChoices ? { words: argument.argChoices } : argument && placeOf(argument.name());
  const { commands } = command;
  const names = commands.map((each) => each.name());
  return {
    name: command.name(),
    description: command.description(),
    options: withoutTwins([command, ...commands].flatMap(optionsOf)),
    ...(place ? { argument: names.length > 0 ? { ...place, words: [...place.words, ...names] } : place } : {}),
  };
}

/** A command and those under it share some options. */
const withoutTwins = (options: readonly CompletedOption[]): CompletedOption[] =>
  options.filter((each, i) => options.findIndex(({ flags }) => flags.at(-1) === each.flags.at(-1)) === i);

const optionsOf = (command: Command): CompletedOption[] =>
  command
    .createHelp()
    .visibleOptions(command)
    .map(({ flags, short, long, description, argChoices }) => {
      const placeholder = /[<[].*$/.exec(flags)?.[0];
      return {
        flags: [short, long].filter((flag) => flag !== undefined),
        description,
        ...(placeholder === undefined ? {} : { value: argChoices ? { words: argChoices } : placeOf(placeholder) }),
      };
    });
