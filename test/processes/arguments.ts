// The command lines of the repository's own programs: a mistake is one line on stderr, the usage behind it, and exit
// code 2.
import { type ParseArgsConfig, parseArgs } from 'node:util';

/** Ends the program over a mistake of its user. */
export function refuse(message: string, usage: string): never {
  process.stderr.write(`${message}\n${usage}\n`);
  process.exit(2);
}

/** Reads options, as `parseArgs` does, and answers `--help`. */
export function readArguments<const T extends ParseArgsConfig>(
  usage: string,
  config: T,
): ReturnType<typeof parseArgs<T>> {
  const args = process.argv.slice(2);
  if (args.includes('--help')) {
    process.stdout.write(`${usage}\n`);
    process.exit(0);
  }
  try {
    return parseArgs(config); // of this program’s own arguments
  } catch (error) {
    return refuse((error as Error).message.split('. ')[0]!, usage);
  }
}

/** A whole number of up to nine digits. */
export function wholeNumber(option: string, text: string, usage: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text);
  return refuse(`--${option}: expected a whole number of up to nine digits, got '${text}'`, usage);
}
