// Whether the help of a module's settings is asked for, told before anything of the module is loaded.

/** The module whose help is asked for; undefined: none. @param words the command line behind the command's name */
export function moduleInHelp(words: readonly string[]): string | undefined {
  const [command, module] = words;
  const isAsked = words.includes('--help') || words.includes('-h');
  return command === 'train' && isAsked && module && !module.startsWith('-') ? module : undefined;
}
