// The remedy where a setting of a module's own was given as if it were an option of the command.
import { builtInSettings, isBuiltIn } from '../../definition/built-in.ts';
import { endsAsModule } from '../../modules/module-endings.ts';

/** The commands that take `--set`. */
const takers: readonly string[] = ['train', 'sweep', 'target', 'data'];

/** A line of commander about an unknown option. */
const UNKNOWN = /^(.*unknown option '--([a-z][a-z-]*)(?:=[^']*)?')/;

/**
 * A line about an error, with `--set` where the unknown option is, or may be, a setting of the module on the command
 * line; other lines stay.
 *
 * @param line as commander writes it, with its own suggestion
 * @param words the command line behind `flowvae`
 */
export function withSetting(line: string, words: readonly string[]): string {
  const [, fault, flag] = UNKNOWN.exec(line) ?? [];
  const [command = '', module = '', ...others] = words;
  if (fault === undefined || flag === undefined || !takers.includes(command)) return line;
  const name = flag.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
  const option = `--set ${name}=${givenTo(flag, others)}`;
  if (isBuiltIn(module)) return builtInSettings(module).includes(name) ? `${fault}; did you mean ${option}?\n` : line;
  return endsAsModule(module) ? `${fault}; a setting of ${module} is given as ${option}\n` : line;
}

/** The value of an option: the word behind it, or behind its `=`. */
function givenTo(flag: string, words: readonly string[]): string {
  const at = words.findIndex((word) => word === `--${flag}` || word.startsWith(`--${flag}=`));
  return words[at]?.split('=')[1] ?? words[at + 1] ?? '…';
}
