// How much a command says on stderr while it works.
import type { ProgressStream } from '@flowvae/runs';
import { type Command, Option } from 'commander';

/** The user's choice. Neither: one line that rewrites itself on a terminal, else a line every ten seconds. */
export interface Verbosity {
  readonly quiet?: boolean | undefined;
  readonly verbose?: boolean | undefined;
}

/** The option for silence. */
export const quietOption = (): Option => new Option('-q, --quiet', 'nothing on stderr but errors and warnings');

/** Gives a command that works for a while its two options. */
export const addVerbosity = (command: Command): Command =>
  command
    .addOption(quietOption().conflicts('verbose'))
    .option('-v, --verbose', 'settings, versions, and every state of progress on a line of its own');

/** The stream for progress. */
export function progressTo(stream: ProgressStream, { quiet, verbose }: Verbosity): ProgressStream {
  if (quiet) return { write: () => true, notice: (text) => stream.write(text) };
  if (verbose) return { everyState: true, write: (text) => stream.write(text) };
  return stream;
}

/** Settings and versions, one a line. */
export const describeSettings = (values: object): string =>
  Object.entries(values)
    .map(([name, value]) => `${name.padEnd(SETTING_WIDTH)} ${String(value) || 'none'}`)
    .join('\n');

/** As wide as the longest name of a setting. */
const SETTING_WIDTH = 14;
