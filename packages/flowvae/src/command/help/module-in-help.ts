// Whether the help of a module's settings is asked for, told before anything of the module is loaded.

/** The commands that take a module. */
const takers = ['train', 'target'] as const;

/** A module whose help is asked for, and the command that takes it. */
export interface ModuleInHelp {
  readonly command: (typeof takers)[number];
  readonly module: string;
}

/** The module whose help is asked for; undefined: none. @param words the command line behind the command's name */
export function moduleInHelp(words: readonly string[]): ModuleInHelp | undefined {
  const [first, module] = words;
  const command = takers.find((taker) => taker === first);
  const isAsked = words.includes('--help') || words.includes('-h');
  return command && isAsked && module && !module.startsWith('-') ? { command, module } : undefined;
}
