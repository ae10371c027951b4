// Words of command lines as a shell reads them.

/** A word in quotes, where it needs them. */
export const inShell = (word: string): string =>
  /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
