// Completion for zsh.
import type { CompletedCommand, CompletedOption, CompletedProgram, Place } from './words.ts';

/** A script to be sourced, or a file `_flowvae` on the fpath. */
export function zshCompletion({ name, options, commands }: CompletedProgram): string {
  const described = commands.map((command) => quoted(`${command.name}:${command.description.replaceAll(':', '\\:')}`));
  return `#compdef ${name}
# zsh completion of ${name}: source <(${name} completion zsh)
_${name}() {
  local curcontext=$curcontext state line
  _arguments -C ${options.map(optionSpec).join(' ')} '1:command:->command' '*::argument:->argument'
  case $state in
    command)
      local -a commands=(${described.join(' ')})
      _describe command commands ;;
    argument)
      case $words[1] in
${commands.map(commandCase).join('\n')}
      esac ;;
  esac
}
if [[ $funcstack[1] == _${name} ]]; then _${name} "$@"; else compdef _${name} ${name}; fi
`;
}

const commandCase = ({ name, options, argument }: CompletedCommand) => {
  const specs = [...options.map(optionSpec), ...(argument ? [quoted(`*:${name}:${action(argument)}`)] : [])];
  return `        ${name}) _arguments \\\n          ${specs.join(' \\\n          ')} ;;`;
};

function optionSpec({ flags, description, value }: CompletedOption): string {
  const text = `[${description.replace(/[[\]\\]/g, '\\$&')}]${value ? `:value:${action(value)}` : ''}`;
  // = or a space before the value
  const spelt = flags.map((flag) => (value && flag.startsWith('--') ? `${flag}=` : flag));
  const alternatives = spelt.length > 1 ? `${quoted(`(${flags.join(' ')})`)}{${spelt.join(',')}}` : spelt[0];
  return `${alternatives}${quoted(text)}`;
}

function action({ words, paths }: Place): string {
  const choices = words.length > 0 ? `(${words.join(' ')})` : ' ';
  if (!paths) return choices;
  const files = paths === 'folders' ? '_files -/' : '_files';
  return words.length > 0 ? `{compadd ${words.join(' ')}; ${files}}` : files;
}

const quoted = (text: string) => `'${text.replaceAll("'", "'\\''")}'`;
