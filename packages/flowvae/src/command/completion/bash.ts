// Completion for bash 3.2 and later.
import type { CompletedOption, CompletedProgram, Place } from './words.ts';

/** A script to be sourced. */
export function bashCompletion({ name, options, commands }: CompletedProgram): string {
  const all = [{ name: '', options, argument: { words: commands.map((command) => command.name) } }, ...commands];
  const values = all.flatMap((command) => command.options.flatMap((option) => valueCases(command.name, option)));
  const flags = all.map((command) => `        ${quoted(command.name)}) words=${quoted(flagsOf(command.options))} ;;`);
  const places = all.flatMap(({ name: command, argument }) =>
    argument ? [`        ${quoted(command)}) ${fill(argument)} ;;`] : [],
  );
  return `# bash completion of ${name}: source <(${name} completion bash)
_${name}() {
  local current=\${COMP_WORDS[COMP_CWORD]} previous=\${COMP_WORDS[COMP_CWORD - 1]} command= words= paths= word
  if [[ $current == = ]]; then current=
  elif [[ $previous == = ]]; then previous=\${COMP_WORDS[COMP_CWORD - 2]}
  fi
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD - 1}"; do
    case $word in ${commands.map((command) => command.name).join('|')}) command=$word; break ;; esac
  done
  case "$command $previous" in
${values.join('\n')}
    *)
      case $current in -*)
        case $command in
${flags.join('\n')}
        esac ;;
      *)
        case $command in
${places.join('\n')}
        esac ;;
      esac ;;
  esac
  local IFS=$'\\n'
  COMPREPLY=($(IFS=' '; compgen -W "$words" -- "$current"))
  case $paths in
    files) COMPREPLY+=($(compgen -f -- "$current")) ;;
    folders) COMPREPLY+=($(compgen -d -- "$current")) ;;
  esac
  if [[ -n $paths ]]; then compopt -o filenames 2>/dev/null; fi
}
complete -F _${name} ${name}
`;
}

const quoted = (text: string) => `'${text}'`;

const flagsOf = (options: readonly CompletedOption[]) => options.flatMap(({ flags }) => flags).join(' ');

/** Where the word before is an option with a value, the value comes. */
const valueCases = (command: string, { flags, value }: CompletedOption): string[] =>
  value ? [`    ${flags.map((flag) => quoted(`${command} ${flag}`)).join('|')}) ${fill(value)} ;;`] : [];

const fill = ({ words, paths }: Place) =>
  [...(words.length > 0 ? [`words=${quoted(words.join(' '))}`] : []), ...(paths ? [`paths=${paths}`] : [])].join(
    '; ',
  ) || ':';
