// The command in this process, where a process of its own would show nothing more: several times faster.
import { ExpectationError } from 'flowvae';
import { vi } from 'vitest';
import { errorLine } from '../../packages/flowvae/src/command/error-line.ts';
import { program } from '../../packages/flowvae/src/command/program.ts';

/** The outcome that a user sees; a mistake is reported as the program reports it. */
export interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs `flowvae` with these arguments. @throws errors that are no mistakes of the user */
export async function flowvaeHere(args: readonly string[]): Promise<Outcome> {
  const text = { stdout: '', stderr: '' };
  const catching = (stream: 'stdout' | 'stderr') =>
    vi.spyOn(process[stream], 'write').mockImplementation((chunk) => {
      text[stream] += chunk;
      return true;
    });
  const spies = [catching('stdout'), catching('stderr')];
  try {
    await program().parseAsync([...args], { from: 'user' });
    return { code: 0, ...text };
  } catch (error) {
    if (!(error instanceof ExpectationError)) throw error;
    return { code: 2, stdout: text.stdout, stderr: `${text.stderr}flowvae: ${errorLine(error)}\n` };
  } finally {
    for (const spy of spies) spy.mockRestore();
  }
}
