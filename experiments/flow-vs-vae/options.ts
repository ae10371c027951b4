// The options that both experiments on flow and VAE have, and errors as one line.
import { type ParseArgsConfig, parseArgs } from 'node:util';
import { ExpectationError } from 'flowvae';
import { type Scale, scales } from './models.ts';

/** Options of both experiments. */
export interface SharedOptions {
  readonly scale: Scale;
  readonly scaleName: keyof typeof scales;
  /** Time for the training of each model. */
  readonly minutes: number;
  readonly threads: number;
  readonly seed: number;
  /** Test images, from the first on. */
  readonly images: number;
  readonly data: string;
  /** The folder of the run folders. */
  readonly runs: string;
  readonly isJson: boolean;
}

const declared = {
  scale: { type: 'string', default: 'full' },
  minutes: { type: 'string', default: '10' },
  threads: { type: 'string', default: '2' },
  seed: { type: 'string', default: '0' },
  images: { type: 'string', default: '1000' },
  data: { type: 'string', default: 'mnist' },
  runs: { type: 'string', default: 'runs/flow-vs-vae' },
  json: { type: 'boolean', default: false },
} as const satisfies ParseArgsConfig['options'];

/**
 * Reads the command line.
 *
 * @param own options of one experiment, with their defaults
 * @throws ExpectationError that names the option that cannot be used
 */
export function readOptions<Own extends Readonly<Record<string, string>>>(
  args: readonly string[],
  own: Own,
): { readonly options: SharedOptions; readonly own: { readonly [Name in keyof Own]: string } } {
  const ofOwn = Object.fromEntries(
    Object.entries(own).map(([name, value]) => [name, { type: 'string', default: value }]),
  );
  const { json, ...texts } = parsed(args, { ...declared, ...(ofOwn as NonNullable<ParseArgsConfig['options']>) });
  const { scale, minutes, threads, seed, images, data, runs, ...others } = texts as Readonly<Record<string, string>>;
  if (!Object.hasOwn(scales, scale!)) refuse('scale', `one of ${Object.keys(scales).join(', ')}`, scale!);
  const scaleName = scale as keyof typeof scales;
  return {
    options: {
      scale: scales[scaleName],
      scaleName,
      minutes: readMinutes(minutes!),
      threads: readCount('threads', threads!),
      seed: readCount('seed', seed!, 0),
      images: readCount('images', images!, 2),
      data: data!,
      runs: runs!,
      isJson: json === true,
    },
    own: others as { readonly [Name in keyof Own]: string },
  };
}

function parsed(args: readonly string[], options: NonNullable<ParseArgsConfig['options']>) {
  try {
    return parseArgs({ args: [...args], options }).values;
  } catch (error) {
    const names = Object.keys(options).map((name) => `--${name}`);
    throw new ExpectationError({
      where: 'options',
      expected: names.join(', '),
      received: (error as Error).message,
    });
  }
}

/** A whole number. @throws ExpectationError that names the option */
export function readCount(name: string, text: string, least = 1): number {
  if (/^\d{1,7}$/.test(text) && Number(text) >= least) return Number(text);
  return refuse(name, `a whole number from ${least}`, text);
}

function readMinutes(text: string): number {
  const value = Number(text);
  return text.trim() !== '' && Number.isFinite(value) && value > 0
    ? value
    : refuse('minutes', 'a number above 0', text);
}

function refuse(name: string, expected: string, received: string): never {
  throw new ExpectationError({ where: `--${name}`, expected, received: `'${received}'` });
}

/** Does the work; a user's mistake becomes one line and exit code 2. */
export async function orOneLine(work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof ExpectationError)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exitCode = 2;
  }
}
