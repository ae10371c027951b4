// `flowvae completion <shell>`.
import type { Command } from 'commander';
import { bashCompletion } from './bash.ts';
import { fishCompletion } from './fish.ts';
import { completedProgram } from './words.ts';
import { zshCompletion } from './zsh.ts';

const scripts = { bash: bashCompletion, zsh: zshCompletion, fish: fishCompletion };

/** Shells that have a completion. */
export const shells = Object.keys(scripts) as readonly (keyof typeof scripts)[];

/** Writes the script of a shell to stdout, for all commands and options of a program. */
export function completionCommand(program: Command, shell: (typeof shells)[number]): void {
  process.stdout.write(scripts[shell](completedProgram(program)));
}
