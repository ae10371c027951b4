// Whether the help of a module's settings is asked for, told before anything of the module is loaded.
import { isBuiltIn } from '../../definition/built-in.ts';
import { endsAsModule } from '../../modules/module-endings.ts';

/** The commands that take a module, and whether a word behind them can be one. */
const takers = {
  train: () => true,
  sweep: (word) => isBuiltIn(word) || endsAsModule(word), // other words are sweep files
  target: () => true,
  data: endsAsModule, // other words are data
} as const satisfies Readonly<Record<string, (word: string) => boolean>>;

/** A module whose help is asked for, and the command that takes it. */
export interface ModuleInHelp {
  readonly command: keyof typeof takers;
  readonly module: string;
}

/** The module whose help is asked for; undefined: none. @param words the command line behind the command's name */
export function moduleInHelp(words: readonly string[]): ModuleInHelp | undefined {
  const [first, module] = words;
  const command = (Object.keys(takers) as (keyof typeof takers)[]).find((taker) => taker === first);
  const isAsked = words.includes('--help') || words.includes('-h');
  if (!command || !isAsked || !module || module.startsWith('-')) return undefined;
  return takers[command](module) ? { command, module } : undefined;
}
