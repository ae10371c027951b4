// The command lines of the experiments: options that are refused in one line.
import { inspect, type ParseArgsConfig, parseArgs } from 'node:util';
import { ExpectationError, errorLine, tolerateClosedPipes } from 'flowvae';

/** Options with their types and defaults, as `parseArgs` takes them. */
type Declared = NonNullable<ParseArgsConfig['options']>;

/**
 * The start of an experiment's command. From here on its output may lose its reader, and an ExpectationError that
 * nobody catches ends the program as one line and exit code 2.
 */
export function startCommand(): void {
  tolerateClosedPipes();
  process.on('uncaughtException', (error) => {
    if (!(error instanceof ExpectationError)) {
      process.stderr.write(`${inspect(error)}\n`);
      process.exit(1);
    }
    process.stderr.write(`${errorLine(error)}\n`);
    process.exit(2);
  });
}

/**
 * The values of the options.
 *
 * @throws ExpectationError for an option that is not declared, or lacks its value
 */
export function readValues<const O extends Declared>(options: O, args: readonly string[] = process.argv.slice(2)) {
  return readWords({ options, args: [...args] }).values;
}

/** `parseArgs` with an ExpectationError for its errors. */
export function readWords<const C extends ParseArgsConfig>(config: C) {
  try {
    return parseArgs(config);
  } catch (error) {
    const expected = Object.keys(config.options ?? {})
      .map((name) => `--${name}`)
      .join(', ');
    const [received] = (error as Error).message.split('\n') as [string];
    throw new ExpectationError({ where: 'options', expected, received });
  }
}

/** A whole number of at most seven digits. @throws ExpectationError that names the option */
export function readCount(name: string, text: string, least = 1): number {
  if (/^\d{1,7}$/.test(text) && Number(text) >= least) return Number(text);
  return refuse(name, `a whole number from ${least}`, text);
}

/** A number above 0. @throws ExpectationError that names the option */
export function readPositive(name: string, text: string): number {
  const value = Number(text);
  return text.trim() !== '' && Number.isFinite(value) && value > 0 ? value : refuse(name, 'a number above 0', text);
}

/** One of the words. @throws ExpectationError that names the option */
export function readChoice<T extends string>(name: string, text: string, words: readonly T[]): T {
  return words.find((word) => word === text) ?? refuse(name, `one of ${words.join(', ')}`, text);
}

/** The entry of a table under one of its keys. @throws ExpectationError that names the option */
export function readEntry<T>(name: string, text: string, table: Readonly<Record<string, T>>): T {
  return table[readChoice(name, text, Object.keys(table))]!;
}

/** Some of the words, joined by commas; all of them if the option is absent. @throws ExpectationError that names it */
export function readChoices<T extends string>(name: string, text: string | undefined, words: readonly T[]): T[] {
  if (text === undefined) return [...words];
  const given = text.split(',');
  const unknown = given.find((word) => !words.includes(word as T));
  if (unknown !== undefined) refuse(name, `some of ${words.join(', ')}, joined by commas`, unknown);
  return given as T[];
}

function refuse(name: string, expected: string, received: string): never {
  throw new ExpectationError({ where: `--${name}`, expected, received: `'${received}'` });
}
