// The command in this process, where a process of its own would show nothing more: several times faster.
import { ExpectationError, type Tensor, tf } from 'flowvae';
import { expect, vi } from 'vitest';
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

/** Numbers and words that the command prints with `--json`. */
// biome-ignore lint/suspicious/noExplicitAny: reports of several commands
export type JsonReport = Readonly<Record<string, any>>;

/** The report of a command that succeeds. */
export async function jsonHere(...args: readonly string[]): Promise<JsonReport> {
  const { code, stdout, stderr } = await flowvaeHere([...args, '--json']);
  expect([code, stderr]).toEqual([0, stderr]);
  return JSON.parse(stdout);
}

/** A short annealing of two images that are simulated from a run's model, without its own images. */
export const annealedHere = (run: string): Promise<JsonReport> =>
  jsonHere('evaluate', run, ...'--ais 2 --chains 2 --simulated 2 --eval-images 0'.split(' '));

/** The values of a tensor that a function makes, kernel by kernel. */
export function valuesHere(fn: () => Tensor): number[] {
  const result = tf.tidy(fn);
  const values = [...result.dataSync<'float32'>()];
  result.dispose();
  return values;
}
