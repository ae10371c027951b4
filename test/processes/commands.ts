// The command in a folder of its own: its output where it works, and its one line where it refuses.
import { expect } from 'vitest';
import { flowvae, type ProgramOptions } from './programs.ts';

/** The command, run in a folder. */
export function commandsIn(folder: string) {
  const run = (words: readonly string[], options: ProgramOptions = {}) => flowvae(words, { folder, ...options });
  return {
    run,
    /** The stdout of a command that works. */
    async done(...words: string[]): Promise<string> {
      const { code, stdout, stderr } = await run(words);
      expect([code, words, code === 0 ? '' : stderr]).toEqual([0, words, '']);
      expect(stderr.includes(' at ')).toBe(false); // no stack trace
      return stdout;
    },
    /** The one line of a command that refuses. */
    async refused(...words: string[]): Promise<string> {
      const { code, stdout, stderr } = await run(words);
      expect([code, stdout]).toEqual([2, '']);
      expect(stderr.trimEnd().split('\n')).toHaveLength(1);
      return stderr;
    },
  };
}
