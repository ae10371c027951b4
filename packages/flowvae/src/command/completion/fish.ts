// Completion for fish.
import type { CompletedCommand, CompletedOption, CompletedProgram, Place } from './words.ts';

/** A script to be sourced, or a file among fish's completions. */
export function fishCompletion({ name, options, commands }: CompletedProgram): string {
  const first = '-n __fish_use_subcommand';
  const lines = [
    'complete -c NAME -f',
    ...options.map((option) => `complete -c NAME ${first} ${optionArguments(option)}`),
    ...commands.map((command) => `complete -c NAME ${first} -a ${command.name} -d ${quoted(command.description)}`),
    ...commands.flatMap(commandLines),
  ];
  const header = `# fish completion of ${name}: ${name} completion fish | source`;
  return `${[header, ...lines].join('\n').replaceAll('-c NAME', `-c ${name}`)}\n`;
}

function commandLines({ name, options, argument }: CompletedCommand): string[] {
  const inside = `complete -c NAME -n ${quoted(`__fish_seen_subcommand_from ${name}`)}`;
  return [
    ...options.map((option) => `${inside} ${optionArguments(option)}`),
    ...(argument ? [`${inside} -a ${candidates(argument)}`] : []),
  ];
}

function optionArguments({ flags, description, value }: CompletedOption): string {
  const names = flags.map((flag) => (flag.startsWith('--') ? `-l ${flag.slice(2)}` : `-s ${flag.slice(1)}`));
  return [...names, ...(value ? ['-x', `-a ${candidates(value)}`] : []), `-d ${quoted(description)}`].join(' ');
}

const completers = { files: '(__fish_complete_path)', folders: '(__fish_complete_directories)' } as const;

const candidates = ({ words, paths }: Place) => quoted([...words, ...(paths ? [completers[paths]] : [])].join(' '));

const quoted = (text: string) => `'${text.replace(/[\\']/g, '\\$&')}'`;
